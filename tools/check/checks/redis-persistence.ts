import type { Check } from '../checkup.ts';
import { ok, skipped, warning } from '../outcome.ts';
import { eachServer, type RedisServer } from '../redis-connection.ts';

/** Without an append-only file, a restart of Redis signs people out. */
export const redisPersistence: Check<{ servers: RedisServer[] }, never> = {
  name: 'Redis persistence',
  run: eachServer((info) => {
    const enabled = info?.get('aof_enabled');
    if (!enabled) return skipped('this user of Redis may not run INFO');
    if (enabled !== '1') {
      return warning(
        'no append-only file: a restart of Redis signs people out',
        'Set appendonly yes; at a hosting provider, switch persistence on.',
      );
    }
    const failing = info?.get('aof_last_write_status') === 'err';
    return failing
      ? warning('the append-only file can’t be written', 'Free some space on the disk of Redis.')
      : ok('append-only file: sessions survive a restart');
  }),
};
