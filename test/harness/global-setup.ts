import type { TestProject } from 'vitest/node';
import { chromiumPath } from './chromium.ts';
import { hasRedisServer } from './redis-server.ts';

const REDIS_SERVER = 'redis-server (apt-get install redis-server)';
const CHROMIUM = 'Chromium (apt-get install chromium)';
/** What deploy/ has examples for, by the names of the tests: not asked of every machine, nor of CI. */
const OPTIONAL = ['nginx', 'Caddy', 'systemd'];

/**
 * What is missing is said loudly, and at the end how many tests were skipped for it; with CI=true
 * it is an error, so that nothing that needs it is skipped there.
 */
export default function setup(project: TestProject): () => void {
  const missing = [...(hasRedisServer ? [] : [REDIS_SERVER]), ...(chromiumPath ? [] : [CHROMIUM])];
  if (missing.length > 0) {
    const message = `Not installed: ${missing.join(', ')}. The tests that need it are SKIPPED.`;
    if (process.env.CI === 'true') throw new Error(`${message} With CI=true that is an error.`);
    process.stderr.write(`\n  !! ${message}\n\n`);
  }
  // The results are printed by then, so this is the last line.
  return () => void process.stdout.write(skippedIn(project));
}

/** How many tests were skipped, and what they need; those that `-t` leaves out can't be told apart. */
function skippedIn({ vitest, config }: TestProject): string {
  if (config.testNamePattern) return '';
  const skipped = vitest.state
    .getTestModules()
    .flatMap((module) => [...module.children.allTests('skipped')])
    .filter(({ tags }) => !config.tagsFilter?.includes('!compiles') || !tags.includes('compiles'));
  const counts = new Map<string, number>();
  for (const { fullName } of skipped) {
    const need = needOf(fullName);
    counts.set(need, (counts.get(need) ?? 0) + 1);
  }
  const needs = [...counts].map(([need, count]) => `${count} need ${need}`);
  return needs.length > 0 ? `${skipped.length} tests were SKIPPED: ${needs.join(', ')}\n` : '';
}

function needOf(test: string): string {
  if (test.includes('in Chromium') && !chromiumPath) return CHROMIUM;
  const optional = OPTIONAL.find((program) => test.includes(`F89 ${program} takes`));
  return optional ?? (hasRedisServer ? 'something else' : REDIS_SERVER);
}
