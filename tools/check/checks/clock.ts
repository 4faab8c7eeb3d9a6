import type { Config } from '../../../src/site/config.ts';
import type { Check } from '../checkup.ts';
import { error, type Finding, ok, skipped, stop, warning } from '../outcome.ts';
import type { RedisServer } from '../redis-connection.ts';
import type { Logto } from './discovery.ts';

const noticeableMs = 60_000;
/** ID tokens are refused when their `iat` is further away than this. */
const tooMuchMs = 300_000;
const NEXT = 'Switch time synchronisation on (NTP, timedatectl set-ntp true), here and there.';
const NEXT_HERE = 'Switch time synchronisation on (NTP, timedatectl set-ntp true) on this machine.';

/** Logto's clock, by the Date header, which has whole seconds, and Redis's, by TIME. */
export const clock: Check<[Config, [Logto | null, { servers: RedisServer[] } | null]], never> = {
  name: 'Clock',
  async run([, [logto, redis]]) {
    const logtoMs = logto?.ahead ?? null;
    const redisMs = furthest(redis?.servers ?? []);
    const findings = [...aboutLogto(logto, logtoMs), ...aboutRedis(redis, redisMs)];
    const wrong = findings.filter(({ status }) => status === 'warning' || status === 'error');
    // Two that agree with each other and not with us: the one clock that is wrong is ours.
    if (wrong.length === 2 && Math.abs(Number(logtoMs) - Number(redisMs)) < noticeableMs) {
      return stop(ours(Number(logtoMs)));
    }
    if (wrong.length > 0) return stop(...wrong);
    const agreeing = [logtoMs !== null && 'Logto’s', redisMs !== null && 'Redis’s'].filter(Boolean);
    const others = findings.filter(({ status }) => status === 'skipped');
    if (agreeing.length === 0)
      return stop(...(others.length ? others : [skipped('no clock seen')]));
    return stop(
      ok(`${[...agreeing, 'ours'].join(', ').replace(/, ours$/, ' and ours')} agree`),
      ...others,
    );
  },
};

function aboutLogto(logto: Logto | null, aheadMs: number | null): Finding[] {
  if (!logto) return [];
  if (aheadMs === null) return [skipped('Logto’s answer has no Date header')];
  if (Math.abs(aheadMs) <= noticeableMs) return [];
  return [judge(`Logto’s clock is ${distance(aheadMs)} ours`, aheadMs, NEXT)];
}

const ours = (aheadMs: number): Finding =>
  judge(`our clock is ${distance(-aheadMs)} Logto’s and Redis’s`, aheadMs, NEXT_HERE);

function judge(where: string, aheadMs: number, next: string): Finding {
  return Math.abs(aheadMs) > tooMuchMs
    ? error(`${where}: no sign-in can succeed`, next)
    : warning(`${where}; beyond ${tooMuchMs / 1000} s no sign-in succeeds`, next);
}

function aboutRedis(redis: { servers: RedisServer[] } | null, aheadMs: number | null): Finding[] {
  if (!redis) return [];
  if (aheadMs === null) return [skipped('this user of Redis may not run TIME')];
  if (Math.abs(aheadMs) <= noticeableMs) return [];
  const where = `Redis’s clock is ${distance(aheadMs)} ours`;
  return [warning(`${where}: sessions may be listed or end at the wrong time`, NEXT)];
}

/** Of several servers, the one that is furthest off. */
function furthest(servers: RedisServer[]): number | null {
  const known = servers.flatMap(({ ahead }) => (ahead === null ? [] : [ahead]));
  const [first] = known.sort((a, b) => Math.abs(b) - Math.abs(a));
  return first ?? null;
}

const distance = (aheadMs: number): string =>
  `${Math.round(Math.abs(aheadMs) / 1000)} s ${aheadMs > 0 ? 'ahead of' : 'behind'}`;
