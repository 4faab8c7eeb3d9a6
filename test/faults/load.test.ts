import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Doorstep, startDoorstep } from '../harness/doorstep.ts';
import type { Failure, LoadReport } from '../harness/load.ts';
import { type AppProcess, startProcess } from '../harness/processes.ts';
import { hasRedisServer, type RedisServer } from '../harness/redis-server.ts';
import { type RunningLoad, startLoad } from '../harness/running-load.ts';
import { healed, kill, redisServerOf } from './outage.ts';

interface Outage {
  of: 'Redis' | 'Logto';
  from: number;
  /** When it could be reached again, and when all worked again. */
  back: number;
  healed: number;
}

describe.skipIf(!hasRedisServer)('C21 C22 under load', () => {
  let app: Doorstep;
  let redis: RedisServer;
  let processes: AppProcess[];
  let load: RunningLoad;
  beforeAll(async () => {
    app = await startDoorstep({
      redisSettings: ['--appendonly', 'yes', '--appendfsync', 'always'],
      // Half a minute before its end a token is as good as expired: a refresh every 2 s of use.
      logto: { lifetimes: { accessToken: 32 } },
    });
    redis = redisServerOf(app);
    processes = await Promise.all([startProcess(app), startProcess(app)]);
    load = startLoad({ ports: processes.map(({ port }) => port), baseUrl: app.url });
  });
  afterAll(async () => {
    load.close();
    await Promise.all(processes.map((one) => one.close()));
    await app.close();
  });

  async function outage(of: Outage['of']): Promise<Outage> {
    const from = Date.now();
    await (of === 'Redis' ? kill(redis) : app.logto.down());
    await load.moreRequests(1);
    await (of === 'Redis' ? redis.restart() : app.logto.up());
    const back = Date.now();
    await healed(async () => {
      for (const one of processes) {
        expect((await one.get('/readyz')).status).toBe(200);
        expect((await one.get('/sign-in')).status).toBe(303);
      }
    });
    return { of, from, back, healed: Date.now() };
  }

  it('Redis killed three times and Logto twice: nobody is lost, nobody is taken for another', async () => {
    const outages: Outage[] = [];
    await load.moreRequests(2);
    for (const of of ['Redis', 'Logto', 'Redis', 'Logto', 'Redis'] as const) {
      outages.push(await outage(of));
      await load.moreRequests(1);
    }
    const report = await load.stop();
    const [one] = processes;
    if (!one) throw new Error('There are two processes');
    const lost = await load.lostSessions(report, one);
    say(report, outages, lost);

    expect(report.sessions.length).toBeGreaterThan(4);
    expect(lost).toBe(0);
    expect(report.signedOut).toBe(0);
    expect(report.wrongUser).toBe(0);
    const inside = ({ from, to }: Failure, of: Outage[]) =>
      of.some((one) => to >= one.from && from <= one.healed);
    const ofRedis = outages.filter((one) => one.of === 'Redis');
    // Without Logto signed-in people keep their pages; only signing in needs it.
    const unexpected = report.failures.filter(
      (failure) => !inside(failure, failure.what === 'page' ? ofRedis : outages),
    );
    expect(unexpected).toEqual([]);
  });

  function say(report: LoadReport, outages: Outage[], lost: number): void {
    const healing = outages.map((one) => `${one.of} ${one.healed - one.back} ms`).join(', ');
    const of = (what: Failure['what']) => report.failures.filter((one) => one.what === what).length;
    process.stdout.write(
      [
        `Requests ${report.requests}; finished sign-ins ${report.sessions.length}, lost ${lost}`,
        `Wrong user ${report.wrongUser}; taken for signed out ${report.signedOut}`,
        `Failed inside outages: pages ${of('page')}, sign-ins ${of('sign-in')}`,
        `Refreshes ${app.logto.tokenCalls.refresh_token ?? 0}; healed after: ${healing}`,
        '',
      ].join('\n'),
    );
  }
});
