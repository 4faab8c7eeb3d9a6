import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Environment } from '../../../src/doorstep/config/config.ts';
import { eventually } from '../../harness/eventually.ts';
import { MASTER_SET, type SentinelServers, startSentinels } from '../../harness/redis-sentinels.ts';
import {
  hasRedisServer,
  type RedisServer,
  startOneNodeCluster,
} from '../../harness/redis-server.ts';
import { complaints } from './complaints.ts';
import { type SetUp, startSetUp } from './set-up.ts';

const NOBODY = '127.0.0.1:1';

describe.skipIf(!hasRedisServer)('logto:check of a Redis that is several', () => {
  let setUp: SetUp;
  beforeAll(async () => {
    setUp = await startSetUp();
  });
  afterAll(() => setUp.close());

  const inspect = async (environment: Environment) => {
    const results = await setUp.inspect({ environment });
    const redis = results.find(({ name }) => name === 'Redis');
    return { complaints: complaints(results), said: redis?.findings.at(-1)?.message };
  };
  const only = (name: string, status: string, message: RegExp, next = /./) => [
    { name, status, message: expect.stringMatching(message), next: expect.stringMatching(next) },
  ];

  describe('behind Sentinels', () => {
    let sentinels: SentinelServers;
    beforeAll(async () => {
      sentinels = await startSentinels();
    });
    afterAll(() => sentinels.close());

    const look = (given: Environment = {}) =>
      inspect({
        REDIS_URL: `redis://${sentinels.addresses}`,
        REDIS_MODE: 'sentinel',
        REDIS_SENTINEL_MASTER: MASTER_SET,
        ...given,
      });

    it('is found in order', async () => {
      const { port } = await sentinels.master();
      expect(await look()).toEqual({
        complaints: [],
        said: expect.stringMatching(`^version .* at localhost:${port}, the master of “sessions”$`),
      });
    });

    it('is found though a Sentinel is away', async () => {
      const { complaints } = await look({ REDIS_URL: `redis://${NOBODY},${sentinels.addresses}` });
      expect(complaints).toEqual(
        only('Redis', 'warning', /^Sentinel 127.0.0.1:1 takes no connection/),
      );
    });

    it('is not found when no Sentinel answers', async () => {
      const { complaints } = await look({ REDIS_URL: `redis://${NOBODY},127.0.0.1:2` });
      expect(complaints).toEqual(
        only('Redis', 'error', /^none of 2 Sentinels answers: 127.0.0.1:1 takes no connection/),
      );
    });

    it('has another name', async () => {
      const { complaints } = await look({ REDIS_SENTINEL_MASTER: 'other' });
      expect(complaints).toEqual(
        only('Redis', 'error', /^no master set “other” is known to local/, /REDIS_SENTINEL_MASTER/),
      );
    });

    it('has Sentinels with another password', async () => {
      const change = (rule: string) =>
        Promise.all(sentinels.sentinels.map(({ admin }) => admin.acl('SETUSER', 'default', rule)));
      await change('>of-the-sentinels');
      const { complaints } = await look({ REDIS_SENTINEL_PASSWORD: 'not-it-at-all' });
      await change('nopass');
      const message = /^none of 3 Sentinels answers: .* refuses the Sentinels’ own password/;
      expect(complaints).toEqual(only('Redis', 'error', message, /REDIS_SENTINEL_PASSWORD/));
    });

    it('has another password itself', async () => {
      const { complaints } = await look({
        REDIS_URL: `redis://app:not-it-at-all@${sentinels.addresses}`,
      });
      const message = /^localhost:\d+ refuses the password or user in REDIS_URL/;
      expect(complaints).toEqual(only('Redis', 'error', message, /what the Sentinels say/));
    });

    it('is asked as a Sentinel, or a Sentinel is asked as a server', async () => {
      const server = await look({ REDIS_URL: sentinels.servers[0]?.url });
      expect(server.complaints).toEqual(only('Redis', 'error', /is no Sentinel/, /REDIS_MODE/));
      const [first] = sentinels.addresses.split(',');
      const sentinel = await inspect({ REDIS_URL: `redis://${first}` });
      expect(sentinel.complaints).toEqual(
        only('Redis', 'error', /is a Sentinel/, /REDIS_MODE=sentinel/),
      );
    });
  });

  describe('a Redis Cluster', () => {
    let node: RedisServer;
    beforeAll(async () => {
      node = await startOneNodeCluster();
    });
    afterAll(() => node.close());

    const asCluster = (url: string) => inspect({ REDIS_URL: url, REDIS_MODE: 'cluster' });

    it('is found in order', async () => {
      expect(await asCluster(node.url)).toEqual({
        complaints: [],
        said: expect.stringMatching(`, a cluster with masters at 127.0.0.1:${node.port}$`),
      });
    });

    it('is found though one of its addresses is away', async () => {
      const { complaints } = await asCluster(`redis://${NOBODY},127.0.0.1:${node.port}`);
      expect(complaints).toEqual(only('Redis', 'warning', /^127.0.0.1:1 takes no connection/));
    });

    it('is asked as a single one', async () => {
      expect((await inspect({ REDIS_URL: node.url })).complaints).toEqual(
        only('Redis', 'error', /is a node of a Redis Cluster/, /REDIS_MODE=cluster/),
      );
    });

    it('does not know its own address', async () => {
      const lost = await startOneNodeCluster(['--cluster-announce-ip', '']);
      const { complaints } = await asCluster(lost.url);
      await lost.close();
      expect(complaints).toEqual(
        only('Redis', 'error', /does not know its own address/, /cluster-announce-ip/),
      );
    });

    it('is not whole, and this user may not look at INFO', async () => {
      const part = await startOneNodeCluster([], [0, 0]);
      await part.admin.acl('SETUSER', 'app', 'on', '>app-password', '~*', '+@all', '-info');
      const url = part.url.replace('//', '//app:app-password@');
      const { complaints } = await inspect({ REDIS_URL: url });
      await part.close();
      expect(complaints).toEqual(only('Redis', 'error', /its Redis Cluster is down/));
    });

    it('is none', async () => {
      const url = setUp.checkedRedis.url.replace('//', '//:redis-p4ssw0rd-of-the-tests@');
      expect((await asCluster(url)).complaints).toEqual(
        only('Redis', 'error', /is no node of a Redis Cluster/, /REDIS_MODE=single/),
      );
    });

    it('has slots without a master', async () => {
      await node.admin.cluster('DELSLOTS', 1, 2, 3);
      const { complaints } = await asCluster(node.url);
      await node.admin.cluster('ADDSLOTS', 1, 2, 3);
      expect(complaints).toEqual(only('Redis', 'error', /3 of 16384 slots have no master/, /fix/));
    });

    it('lost a master, and each of its nodes is looked at', async () => {
      const timeout = ['--cluster-node-timeout', '1500'];
      const one = await startOneNodeCluster(timeout, [0, 8000]);
      const two = await startOneNodeCluster(timeout, [8001, 16_383]);
      await one.admin.call('CLUSTER', 'MEET', '127.0.0.1', `${two.port}`, `${two.bus}`);
      await eventually(async () => expect((await asCluster(one.url)).complaints).toEqual([]));

      await two.admin.config('SET', 'maxmemory-policy', 'allkeys-lru');
      const uneven = await asCluster(one.url);
      expect(uneven.complaints).toEqual(
        only('Redis eviction', 'warning', new RegExp(`^127.0.0.1:${two.port}: allkeys-lru would`)),
      );

      two.signal('SIGKILL');
      await eventually(async () => {
        expect(await one.admin.cluster('INFO')).toContain('cluster_state:fail');
      });
      const down = await asCluster(one.url);
      await Promise.all([one.close(), two.close()]);
      expect(down.complaints.map(({ message }) => message)).toEqual([
        `127.0.0.1:${one.port} says that its Redis Cluster is down`,
        `127.0.0.1:${two.port} takes no connection`,
      ]);
    });
  });

  it('never tells a secret', () => {
    expect(setUp.reports.length).toBeGreaterThan(20);
    const all = setUp.reports.join('\n');
    for (const secret of [...setUp.secrets, 'not-it-at-all', 'of-the-sentinels', 'app-password']) {
      expect(all).not.toContain(secret);
    }
  });
});
