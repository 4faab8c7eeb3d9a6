import { ConfigError, isLoopback } from '../../../src/doorstep/operator.ts';
import { type Config, parseConfig } from '../../../src/site/config.ts';
import type { Check } from '../checkup.ts';
import { error, goOn, ok, stop, warning } from '../outcome.ts';

/** The variables, by the app's own rules: every mistake a line. */
export const environment: Check<null, Config> = {
  name: 'Environment',
  async run(_, world) {
    try {
      const config = parseConfig(world.environment);
      return goOn(config, look(config));
    } catch (thrown) {
      if (!(thrown instanceof ConfigError)) throw thrown;
      return stop(...thrown.problems.map((problem) => error(problem, nextFor(problem))));
    }
  },
};

function look({ production, baseUrl }: Config) {
  if (production || isLoopback(new URL(baseUrl).hostname)) {
    return ok(`${production ? 'production' : 'development'}, for ${baseUrl}`);
  }
  return warning(
    `NODE_ENV is not production, though people come to ${baseUrl}`,
    'Set NODE_ENV=production: only then the app insists on a Redis and a lasting secret.',
  );
}

const nextFor = (problem: string): string =>
  `Correct it where the app gets its environment; docs/environment.md explains ${problem.split(' ')[0]}.`;
