import { Histogram, type Registry } from 'prom-client';
import { intercept, type RedisCommands } from '../doorstep/index.ts';

/** Seconds. A command is given up after 1.2 of them. */
const BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1];

/** Each command and script, from asking until answered: what the app waits, its own delays included. */
export function measureRedis(redis: RedisCommands, registry: Registry): RedisCommands {
  const seconds = new Histogram({
    name: 'doorstep_redis_command_duration_seconds',
    help: 'Commands and scripts of Redis, from asking until answered.',
    labelNames: ['command', 'outcome'],
    buckets: BUCKETS,
    registers: [registry],
  });
  return intercept(redis, async (name, _args, ask) => {
    // `getex` and `getexBuffer` are one command.
    const command = name.replace(/Buffer$/, '');
    const askedAt = performance.now();
    let outcome = 'error';
    try {
      const answer = await ask();
      outcome = 'ok';
      return answer;
    } finally {
      seconds.observe({ command, outcome }, (performance.now() - askedAt) / 1000);
    }
  });
}
