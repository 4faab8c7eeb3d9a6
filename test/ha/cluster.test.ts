import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kill } from '../faults/outage.ts';
import {
  NODE_TIMEOUT,
  type RedisClusterServers,
  startRedisCluster,
} from '../harness/redis-cluster.ts';
import { hasRedisServer } from '../harness/redis-server.ts';
import { expectNobodyHarmed, type Site, say, startSite, underLoad, worksAgain } from './site.ts';
import { type Guarded, guarded } from './tls-and-acl.ts';

/**
 * From the death of a master until all works again: it counts as failed after one or two node
 * timeouts, its replica waits 0.5 to 1 s before it asks for votes, and the app looks every 0.3 s.
 */
const FAILOVER = 2 * NODE_TIMEOUT + 1000 + 2000;
/** How long before its death a master may not have told its replica yet, milliseconds. */
const LAST_MOMENT = 500;

const NAMES = [
  '--cluster-announce-hostname',
  'localhost',
  '--cluster-preferred-endpoint-type',
  'hostname',
];

describe.skipIf(!hasRedisServer)(
  'C21 C22 a Redis Cluster, over TLS, with a user that may do what the app does and no more',
  () => {
    let secured: Guarded;
    let cluster: RedisClusterServers;
    let site: Site;
    beforeAll(async () => {
      secured = guarded('');
      cluster = await startRedisCluster([...NAMES, ...secured.settings], secured.options);
      site = await startSite({
        environment: {
          REDIS_URL: secured.url(cluster.addresses),
          REDIS_MODE: 'cluster',
          ...secured.environment,
        },
        // Half a minute before its end a token is as good as expired: a refresh every 2 s of use.
        logto: { lifetimes: { accessToken: 32 } },
      });
    });
    afterAll(async () => {
      await site.close();
      await cluster.close();
      secured.close();
    });

    it('a master dies, comes back as a replica, and another hands over: nobody is lost', async () => {
      const [someone] = site.people;
      const dying = await cluster.masterOf(`session:${someone?.sessionId}`);
      const heir = await cluster.replicaOf(dying);
      const seen = await underLoad(site, async (load) => {
        const from = Date.now();
        await kill(dying);
        const healed = await worksAgain(site, FAILOVER);
        expect((await heir.admin.role())[0]).toBe('master');
        await load.moreRequests(2);

        await dying.restart();
        await cluster.whole();
        expect((await dying.admin.role())[0]).toBe('slave');
        await load.moreRequests(2);

        const [leaving] = (await cluster.masters()).filter(({ port }) => port !== heir.port);
        if (!leaving) throw new Error('There are other masters');
        const successor = await cluster.replicaOf(leaving);
        await successor.admin.cluster('FAILOVER');
        await expect
          .poll(async () => (await successor.admin.role())[0], { timeout: 10_000 })
          .toBe('master');
        await cluster.whole();
        return { from, healed };
      });
      const { report, lost, result: outage } = seen;
      expectNobodyHarmed(
        seen,
        [outage],
        ({ at }) => at >= outage.from - LAST_MOMENT && at <= outage.healed,
      );
      for (const { child } of site.processes)
        expect(child.output().match(/redis\.down/g)).toHaveLength(1);
      say('A master of a cluster killed', report, [
        `From the kill until all worked again ${outage.healed - outage.from} ms (bound ${FAILOVER} ms, node timeout ${NODE_TIMEOUT} ms)`,
        `Sign-ins of the last moment that were lost: ${lost.length}`,
      ]);
    });
  },
);
