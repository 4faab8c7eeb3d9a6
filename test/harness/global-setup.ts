import { chromiumPath } from './chromium.ts';
import { hasRedisServer } from './redis-server.ts';

/** What is missing is said loudly; with CI=true it is an error, so that nothing is skipped there. */
export default function setup(): void {
  const missing = [
    ...(hasRedisServer ? [] : ['redis-server (Debian: apt-get install redis-server)']),
    ...(chromiumPath ? [] : ['Chromium (Debian: apt-get install chromium)']),
  ];
  if (missing.length === 0) return;
  const message = `Not installed: ${missing.join(', ')}. The tests that need it are SKIPPED.`;
  if (process.env.CI === 'true') throw new Error(`${message} With CI=true that is an error.`);
  process.stderr.write(`\n  !! ${message}\n\n`);
}
