import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kill } from '../faults/outage.ts';
import { startProcess } from '../harness/processes.ts';
import {
  DOWN_AFTER,
  FAILOVER_TIMEOUT,
  MASTER_SET,
  type SentinelServers,
  startSentinels,
} from '../harness/redis-sentinels.ts';
import { hasRedisServer } from '../harness/redis-server.ts';
import {
  expectNobodyHarmed,
  inTime,
  notInTheLog,
  type Site,
  say,
  startSite,
  underLoad,
  worksAgain,
} from './site.ts';
import { type Guarded, guarded, SENTINEL_PASSWORD } from './tls-and-acl.ts';

/**
 * From the death of a master until all works again: it counts as down after a fixed time, a Sentinel
 * must be elected (once more after twice the timeout, if they split), and the app asks every 1.2 s.
 */
const FAILOVER = DOWN_AFTER + 2 * FAILOVER_TIMEOUT + 4000;
/** From the command to hand over until all works again. */
const HANDOVER = 5000;
/** How long before its death a master may not have told its replicas yet, milliseconds. */
const LAST_MOMENT = 500;

describe.skipIf(!hasRedisServer)(
  'C21 C22 Sentinels, over TLS, with users that may do what the app does and no more',
  () => {
    let secured: Guarded;
    let sentinels: SentinelServers;
    let site: Site;
    beforeAll(async () => {
      secured = guarded(MASTER_SET);
      sentinels = await startSentinels(secured.settings, {
        ...secured.options,
        lines: secured.sentinelLines,
        ...(secured.options.admin && { sentinelLogin: secured.options.admin }),
      });
      site = await startSite({
        environment: {
          REDIS_URL: secured.url(sentinels.addresses),
          REDIS_MODE: 'sentinel',
          REDIS_SENTINEL_MASTER: MASTER_SET,
          REDIS_SENTINEL_USERNAME: 'app',
          REDIS_SENTINEL_PASSWORD: SENTINEL_PASSWORD,
          ...secured.environment,
        },
        logto: { lifetimes: { accessToken: 32 } },
      });
    });
    afterAll(async () => {
      await site.close();
      await sentinels.close();
      secured.close();
    });

    it('the master dies and comes back as a replica, and another one hands over: nobody is lost', async () => {
      const dying = await sentinels.master();
      const seen = await underLoad(site, async (load) => {
        const from = Date.now();
        await kill(dying);
        const first = { from, healed: await worksAgain(site, FAILOVER) };
        await load.moreRequests(2);

        await dying.restart();
        await sentinels.isReplica(dying);
        await load.moreRequests(2);

        const leaving = await sentinels.master();
        const again = Date.now();
        // Until the Sentinels have told everybody, the old one would take writes that are lost then.
        await leaving.admin.call('CLIENT', 'PAUSE', '3000', 'WRITE');
        await sentinels.failover();
        await sentinels.isReplica(leaving);
        return [first, { from: again, healed: again + HANDOVER }];
      });
      const { report, lost, result: outages } = seen;
      const [death, handover] = outages;
      if (!death || !handover) throw new Error('There were two outages');
      expectNobodyHarmed(
        seen,
        outages,
        ({ at }) => at >= death.from - LAST_MOMENT && at <= death.healed,
      );
      expect(site.processes.flatMap(({ child }) => notInTheLog(child))).toEqual([]);
      const within = report.failures.filter(({ from }) => from >= handover.from);
      say('A master behind Sentinels killed', report, [
        `From the kill until all worked again ${death.healed - death.from} ms (bound ${FAILOVER} ms, down after ${DOWN_AFTER} ms)`,
        `Sign-ins of the last moment that were lost: ${lost.length}`,
        `SENTINEL FAILOVER: failed ${within.length}, from ${timesOf(within, handover.from)}`,
      ]);
    });
  },
);

describe.skipIf(!hasRedisServer)('C21 C22 Sentinels', () => {
  let sentinels: SentinelServers;
  let site: Site;
  let environment: Record<string, string>;
  beforeAll(async () => {
    sentinels = await startSentinels();
    environment = {
      REDIS_URL: `redis://${sentinels.addresses}`,
      REDIS_MODE: 'sentinel',
      REDIS_SENTINEL_MASTER: MASTER_SET,
    };
    site = await startSite({ environment });
  });
  afterAll(async () => {
    await site.close();
    await sentinels.close();
  });

  it('the master hangs: pages come in time, a replica takes over, and it comes back as one', async () => {
    const hanging = await sentinels.master();
    const seen = await underLoad(site, async () => {
      const from = Date.now();
      hanging.signal('SIGSTOP');
      const outage = { from, healed: await worksAgain(site, FAILOVER) };
      hanging.signal('SIGCONT');
      await sentinels.isReplica(hanging);
      return outage;
    });
    const { report, result: outage } = seen;
    expectNobodyHarmed(seen, [outage]);
    say('A master behind Sentinels stopped (SIGSTOP)', report, [
      `From the stop until all worked again ${outage.healed - outage.from} ms (bound ${FAILOVER} ms)`,
    ]);
  });

  it('without Sentinels pages go on; without any server too there is a 503 page in time, and SIGTERM ends the process', async () => {
    const [one] = site.processes;
    const [someone] = site.people;
    if (!one || !someone) throw new Error('There are processes and people');
    const doomed = await startProcess(site.app, environment);
    sentinels.signalSentinels('SIGSTOP');
    expect((await one.get('/', { cookie: someone.cookie })).body).toContain('Hello, Ada');
    for (const server of sentinels.servers) server.signal('SIGSTOP');
    for (let round = 0; round < 6; round += 1) {
      const page = await inTime(one.get('/account', { cookie: someone.cookie }));
      expect(page.status).toBe(503);
      expect(page.body).toContain('You have not been signed out');
      expect((await inTime(one.get('/readyz'))).status).toBe(503);
    }
    const from = Date.now();
    doomed.child.process.kill('SIGTERM');
    expect(await doomed.child.ended).toBe(0);
    const took = Date.now() - from;
    expect(took).toBeLessThan(10_000);
    for (const server of sentinels.servers) server.signal('SIGCONT');
    sentinels.signalSentinels('SIGCONT');
    const back = Date.now();
    const healed = await worksAgain(site, 30_000);
    expect(site.processes.flatMap(({ child }) => notInTheLog(child))).toEqual([]);
    process.stdout.write(
      `Servers and Sentinels stopped: SIGTERM took ${took} ms; all worked ${healed - back} ms after they went on\n`,
    );
  });
});

function timesOf(failures: { from: number; to: number }[], since: number): string {
  if (failures.length === 0) return '–';
  const first = Math.min(...failures.map(({ from }) => from)) - since;
  return `${first} to ${Math.max(...failures.map(({ to }) => to)) - since} ms after it`;
}
