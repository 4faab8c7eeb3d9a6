import type { Check } from '../checkup.ts';
import { ok, skipped, stop, warning } from '../outcome.ts';
import type { RedisInfo } from './redis.ts';

/** Without an append-only file, a restart of Redis signs people out. */
export const redisPersistence: Check<{ info: RedisInfo }, never> = {
  name: 'Redis persistence',
  async run({ info }) {
    const enabled = info?.get('aof_enabled');
    if (!enabled) return stop(skipped('this user of Redis may not run INFO'));
    if (enabled !== '1') {
      return stop(
        warning(
          'no append-only file: a restart of Redis signs people out',
          'Set appendonly yes; at a hosting provider, switch persistence on.',
        ),
      );
    }
    const failing = info?.get('aof_last_write_status') === 'err';
    return stop(
      failing
        ? warning('the append-only file can’t be written', 'Free some space on the disk of Redis.')
        : ok('append-only file: sessions survive a restart'),
    );
  },
};
