import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasRedisServer, startRedisServer } from '../../harness/redis-server.ts';
import { complaints } from './complaints.ts';
import { type SetUp, startSetUp } from './set-up.ts';

describe.skipIf(!hasRedisServer)('logto:check of a Redis that', () => {
  let setUp: SetUp;
  beforeAll(async () => {
    setUp = await startSetUp();
  });
  afterAll(() => setUp.close());

  const config = (name: string, value: string) =>
    setUp.checkedRedis.admin.config('SET', name, value);
  const redisComplaints = async (url?: string, timeoutMs = 5000) => {
    const environment = url ? { REDIS_URL: url } : {};
    return complaints(await setUp.inspect({ environment, timeoutMs }));
  };
  const only = (name: string, status: string, message: RegExp) => [
    expect.objectContaining({ name, status, message: expect.stringMatching(message) }),
  ];

  it('is not there', async () => {
    expect(await redisComplaints('redis://127.0.0.1:1')).toEqual(
      only('Redis', 'error', /^127.0.0.1:1 takes no connection/),
    );
  });

  it('wants another password', async () => {
    const url = setUp.checkedRedis.url.replace('//', '//:not-it-at-all@');
    expect(await redisComplaints(url)).toEqual(only('Redis', 'error', /refuses the password/));
    expect(await redisComplaints(setUp.checkedRedis.url)).toEqual(
      only('Redis', 'error', /refuses the password/),
    );
  });

  it('F82 is in protected mode', async () => {
    const server = createServer((socket) => {
      socket.on('error', () => {}).end('-DENIED Redis is running in protected mode because …\r\n');
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : '';
    expect(await redisComplaints(`redis://127.0.0.1:${port}`)).toEqual(
      only('Redis', 'error', /is in protected mode/),
    );
    server.close();
  });

  it('C22 hangs', async () => {
    setUp.checkedRedis.signal('SIGSTOP');
    const found = await redisComplaints(undefined, 1500);
    setUp.checkedRedis.signal('SIGCONT');
    expect(found).toEqual(only('Redis', 'error', /does not answer within 1.5 s/));
  });

  it('is too old', async () => {
    const old = await startRedisServer(['--appendonly', 'yes', '--rename-command', 'GETEX', '']);
    const found = await redisComplaints(old.url);
    await old.close();
    expect(found).toEqual(only('Redis', 'error', /is too old/));
  });

  it.each([
    ['/99', {}, /^127.0.0.1:\d+ has no database of the number/, /databases 0 to 15/],
    ['/9', { narrow: '-select' }, /does not let this user/, /docs\/redis.md/],
  ])(
    'C35 does not take SELECT: %s',
    async (database, { narrow }: { narrow?: string }, message, next) => {
      const { admin, url } = setUp.checkedRedis;
      await admin.acl(
        'SETUSER',
        'selecting',
        'on',
        '>app-password',
        '~*',
        '+@all',
        narrow ?? '+select',
      );
      const found = await redisComplaints(
        url.replace('//', '//selecting:app-password@') + database,
      );
      expect(found).toEqual(only('Redis', 'error', message));
      expect(found[0]?.next).toMatch(next);
      expect(await admin.info('keyspace')).not.toContain('keys=');
    },
  );

  it.each([
    ['7.2.14', '7.2.15'],
    ['7.4.9', '7.4.10'],
    ['6.2.7', '6.2.23'],
    ['7.0.15', '7.2.15'],
    ['6.0.16', '6.2.23'],
    ['5.0.14', '6.2.23'],
    ['8.0.9', '8.2.8'],
    ['8.8.0', '8.8.1'],
  ])('C36 lacks security fixes: %s', async (version, wanted) => {
    const found = complaints(await setUp.inspect({ redisInfo: { redis_version: version } }));
    expect(found).toEqual(only('Redis version', 'warning', new RegExp(`^${version} lacks the`)));
    expect(found[0]?.next).toMatch(new RegExp(`^Update Redis to ${wanted} or later`));
  });

  it.each<Record<string, string>>([
    { redis_version: '6.2.23' },
    { redis_version: '7.2.15' },
    { redis_version: '7.4.10' },
    { redis_version: '8.2.10' },
    { redis_version: '8.8.1' },
    { redis_version: '8.10.0' },
    { redis_version: '9.0.0' },
    { redis_version: '7.2.4', server_name: 'valkey', valkey_version: '8.1.3' },
    { redis_version: '7.2.4', server_name: 'valkey' },
    { redis_version: '6.2.11', dragonfly_version: 'df-v1.30.0' },
  ])('C36 is up to date, or counts otherwise: %o', async (redisInfo) => {
    expect(complaints(await setUp.inspect({ redisInfo }))).toEqual([]);
  });

  it('is a replica', async () => {
    await setUp.checkedRedis.admin.call('REPLICAOF', '127.0.0.1', '1');
    const found = await redisComplaints();
    await setUp.checkedRedis.admin.call('REPLICAOF', 'NO', 'ONE');
    expect(found).toEqual(only('Redis', 'error', /is a replica/));
  });

  it('speaks no TLS', async () => {
    const url = setUp.checkedRedis.url.replace('redis:', 'rediss:');
    const found = await redisComplaints(url, 1500);
    expect(found).toEqual(only('Redis', 'error', /does not answer/));
    expect(found[0]?.next).toMatch(/must begin with redis:/);
  });

  it.each(['allkeys-lru', 'volatile-ttl'])('evicts sessions: %s', async (policy) => {
    await config('maxmemory-policy', policy);
    await config('maxmemory', '256mb');
    const found = await redisComplaints();
    await config('maxmemory-policy', 'noeviction');
    expect(found).toEqual(only('Redis eviction', 'warning', /signs people out at random/));
  });

  it('keeps nothing on disk', async () => {
    await config('appendonly', 'no');
    const found = await redisComplaints();
    await config('appendonly', 'yes');
    expect(found).toEqual(only('Redis persistence', 'warning', /no append-only file/));
  });

  it('lets this user do too little, or not look', async () => {
    const { admin, url } = setUp.checkedRedis;
    const asUser = url.replace('//', '//app:app-password@');
    await admin.acl('SETUSER', 'app', 'on', '>app-password', '~*', '+@all', '-info');
    const results = await setUp.inspect({ environment: { REDIS_URL: asUser } });
    expect(complaints(results)).toEqual([]);
    expect(results.slice(3, 6).map(({ findings }) => findings[0]?.status)).toEqual([
      'skipped',
      'skipped',
      'skipped',
    ]);
    await admin.acl('SETUSER', 'app', '-time');
    const clock = (await setUp.inspect({ environment: { REDIS_URL: asUser } })).find(
      ({ name }) => name === 'Clock',
    );
    expect(clock?.findings).toEqual([
      { status: 'ok', message: 'Logto’s and ours agree' },
      { status: 'skipped', message: 'this user of Redis may not run TIME' },
    ]);
    await admin.acl('SETUSER', 'app', '-@scripting');
    expect(await redisComplaints(asUser)).toEqual(only('Redis', 'error', /does not let this user/));
  });

  it('is not needed in development', async () => {
    const results = await setUp.inspect({
      environment: { NODE_ENV: 'development', REDIS_URL: '' },
    });
    expect(results[2]).toMatchObject({ name: 'Redis', findings: [{ status: 'skipped' }] });
  });

  it('never tells a secret', () => {
    expect(setUp.reports.length).toBeGreaterThan(200);
    const all = setUp.reports.join('\n');
    for (const secret of [...setUp.secrets, 'not-it-at-all', 'app-password']) {
      expect(all).not.toContain(secret);
      expect(all).not.toContain(encodeURIComponent(secret));
    }
  });
});
