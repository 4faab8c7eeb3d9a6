import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kill } from '../faults/outage.ts';
import { startProcess } from '../harness/processes.ts';
import {
  NODE_TIMEOUT,
  type RedisClusterServers,
  startRedisCluster,
} from '../harness/redis-cluster.ts';
import { hasRedisServer, type RedisServer } from '../harness/redis-server.ts';
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

/** As in cluster.test.ts, and a connection to a node that hangs is given up after 1.2 s. */
const FAILOVER = 2 * NODE_TIMEOUT + 1000 + 3200;

describe.skipIf(!hasRedisServer)('C21 C22 a Redis Cluster', () => {
  let cluster: RedisClusterServers;
  let site: Site;
  let environment: Record<string, string>;
  beforeAll(async () => {
    cluster = await startRedisCluster();
    environment = { REDIS_URL: `redis://${cluster.addresses}`, REDIS_MODE: 'cluster' };
    site = await startSite({ environment });
  });
  afterAll(async () => {
    await site.close();
    await cluster.close();
  });

  it('slots move while people are signed in: nothing fails', async () => {
    const keys = site.people
      .slice(0, 4)
      .flatMap(({ sessionId }) => [`session:${sessionId}`, `session-tokens:${sessionId}`]);
    const seen = await underLoad(site, async () => {
      let moved = 0;
      for (const key of keys) moved += await moveSlotOf(key);
      return moved;
    });
    expectNobodyHarmed(seen, []);
    expect(seen.result).toBeGreaterThanOrEqual(keys.length);
    say('Slots moved', seen.report, [`Slots ${keys.length}, with ${seen.result} keys`]);
  });

  /** To another master, in two halves: in between the slot is at both (ASK). */
  async function moveSlotOf(key: string): Promise<number> {
    const from = await cluster.masterOf(key);
    const [to] = (await cluster.masters()).filter((one) => one !== from);
    if (!to) throw new Error('There are other masters');
    const slot = Number(await from.admin.cluster('KEYSLOT', key));
    const idOf = async ({ admin }: RedisServer) => String(await admin.cluster('MYID'));
    const setSlot = async ({ admin }: RedisServer, ...words: string[]) =>
      admin.call('CLUSTER', 'SETSLOT', String(slot), ...words);
    await setSlot(to, 'IMPORTING', await idOf(from));
    await setSlot(from, 'MIGRATING', await idOf(to));
    const keys = (await from.admin.cluster('GETKEYSINSLOT', slot, 1000)).map(String);
    await from.admin.call(
      'MIGRATE',
      '127.0.0.1',
      String(to.port),
      '',
      '0',
      '5000',
      'KEYS',
      ...keys,
    );
    for (const { cookie } of site.people) {
      for (const one of site.processes) {
        expect((await one.get('/', { cookie })).body).toContain('Hello, Ada');
      }
    }
    for (const node of [to, from, ...(await cluster.masters())])
      await setSlot(node, 'NODE', await idOf(to));
    return keys.length;
  }

  it('a master that hangs: pages come in time, its replica takes over, and it comes back as one', async () => {
    const [someone] = site.people;
    const hanging = await cluster.masterOf(`session:${someone?.sessionId}`);
    const seen = await underLoad(site, async () => {
      const from = Date.now();
      hanging.signal('SIGSTOP');
      const outage = { from, healed: await worksAgain(site, FAILOVER) };
      hanging.signal('SIGCONT');
      await expect
        .poll(async () => (await hanging.admin.role())[0], { timeout: 15_000 })
        .toBe('slave');
      return outage;
    });
    const { result: outage } = seen;
    expectNobodyHarmed(seen, [outage]);
    say('A master of a cluster stopped (SIGSTOP)', seen.report, [
      `From the stop until all worked again ${outage.healed - outage.from} ms (bound ${FAILOVER} ms)`,
    ]);
  });

  it('without any node there is a 503 page in time; SIGTERM ends the process; all heals by itself', async () => {
    const [one] = site.processes;
    const [someone] = site.people;
    if (!one || !someone) throw new Error('There are processes and people');
    for (const how of ['SIGSTOP', 'SIGKILL'] as const) {
      const doomed = await startProcess(site.app, environment);
      await Promise.all(
        cluster.nodes.map((node) => (how === 'SIGKILL' ? kill(node) : node.signal(how))),
      );
      for (let round = 0; round < 6; round += 1) {
        for (const path of ['/', '/account']) {
          const page = await inTime(one.get(path, { cookie: someone.cookie }));
          expect(page.status).toBe(503);
          expect(page.body).toContain('You have not been signed out');
        }
        expect((await inTime(one.get('/readyz'))).status).toBe(503);
        expect((await inTime(one.get('/'))).body).toContain('Come on in.');
      }
      const from = Date.now();
      doomed.child.process.kill('SIGTERM');
      expect(await doomed.child.ended).toBe(0);
      const took = Date.now() - from;
      expect(took).toBeLessThan(10_000);
      await Promise.all(
        cluster.nodes.map((node) => (how === 'SIGKILL' ? node.restart() : node.signal('SIGCONT'))),
      );
      await cluster.whole();
      const back = Date.now();
      const healed = await worksAgain(site, 10_000);
      process.stdout.write(
        `Whole cluster ${how}: SIGTERM took ${took} ms; whole again, and all worked ${healed - back} ms later\n`,
      );
    }
    expect(site.processes.flatMap(({ child }) => notInTheLog(child))).toEqual([]);
  });
});
