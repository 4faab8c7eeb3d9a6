import type { Check } from '../checkup.ts';
import { ok, skipped, warning } from '../outcome.ts';
import { eachServer, type RedisInfo, type RedisServer } from '../redis-connection.ts';

/**
 * The security releases of July 2026, the oldest series first
 * (https://github.com/redis/redis/releases). A series that is not here and older than the last gets none.
 */
const SECURITY_RELEASES = ['6.2.23', '7.2.15', '7.4.10', '8.2.8', '8.4.5', '8.6.5', '8.8.1'];

/** Whether known holes of Redis are closed. Valkey counts versions of its own, and is not judged by Redis's. */
export const redisVersion: Check<{ servers: RedisServer[] }, never> = {
  name: 'Redis version',
  run: eachServer((info) => {
    if (!info) return skipped('this user of Redis may not run INFO');
    const other = otherServer(info);
    if (other) return ok(`${other}, which has versions of its own`);
    const version = info.get('redis_version') ?? '';
    if (!/^\d+\.\d+\.\d+/.test(version)) return skipped('INFO does not tell the version');
    const needed = neededFor(version);
    if (!needed) return ok(`${version} has the security fixes of July 2026`);
    return warning(
      `${version} lacks the security fixes of July 2026`,
      seriesOf(needed) === seriesOf(version)
        ? `Update Redis to ${needed} or later.`
        : `Update Redis to ${needed} or later: the series ${seriesOf(version)} gets no fixes any more.`,
    );
  }),
};

/** What says that it is compatible with a version of Redis, but is another program. */
function otherServer(info: NonNullable<RedisInfo>): string | null {
  const valkey = info.get('valkey_version');
  if (valkey) return `Valkey ${valkey}`;
  const name = info.get('server_name');
  if (name && name !== 'redis') return name;
  return info.has('dragonfly_version') ? 'Dragonfly' : null;
}

/** @returns the release to update to, or null when this version has the fixes. */
function neededFor(version: string): string | null {
  const own = SECURITY_RELEASES.find((release) => seriesOf(release) === seriesOf(version));
  if (own) return isOlder(version, own) ? own : null;
  return SECURITY_RELEASES.find((release) => isOlder(version, release)) ?? null;
}

const seriesOf = (version: string): string => version.split('.', 2).join('.');

function isOlder(version: string, than: string): boolean {
  const parts = (text: string) => text.split('.', 3).map((part) => Number.parseInt(part, 10));
  const [left, right] = [parts(version), parts(than)];
  const index = left.findIndex((part, at) => part !== right[at]);
  return index >= 0 && Number(left[index]) < Number(right[index]);
}
