import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createApp } from '../../../src/app.ts';
import { createLogger } from '../../../src/doorstep/logger.ts';
import { connectRedis } from '../../../src/doorstep/redis/client.ts';
import { parseConfig } from '../../../src/site/config.ts';
import { type LogLine, SESSION_SECRET } from '../../harness/doorstep.ts';
import { eventually } from '../../harness/eventually.ts';
import { MASTER_SET, type SentinelServers, startSentinels } from '../../harness/redis-sentinels.ts';
import { hasRedisServer, type RedisServer, startRedisServer } from '../../harness/redis-server.ts';

/** The site on a Redis that may refuse a step of the handshake. */
async function startSite(environment: Record<string, string>) {
  const config = parseConfig({
    NODE_ENV: 'test',
    SESSION_SECRET,
    LOGTO_ENDPOINT: 'http://localhost:1',
    LOGTO_APP_ID: 'test-app',
    LOGTO_APP_SECRET: 'test-app-secret',
    ...environment,
  });
  if (!config.redis) throw new Error('REDIS_URL is missing');
  const logs: LogLine[] = [];
  const logger = createLogger('info', { write: (line) => void logs.push(JSON.parse(line)) });
  const redis = connectRedis(config.redis, logger);
  const attempts = { count: 0 };
  redis.on('connect', () => {
    attempts.count += 1;
  });
  const server = createServer(createApp({ config, redis, logger, fetch, now: Date.now }));
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  const { port } = addressOf(server.address());
  return {
    logs,
    redis,
    /** Until so many connections were opened. */
    connections: (count: number) =>
      eventually(() => expect(attempts.count).toBeGreaterThanOrEqual(count)),
    readiness: async () => (await fetch(`http://localhost:${port}/readyz`)).status,
    async close() {
      redis.disconnect();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await setImmediate();
    },
  };
}

function addressOf(address: string | AddressInfo | null): AddressInfo {
  if (typeof address !== 'object' || !address) throw new Error('not listening');
  return address;
}

describe.skipIf(!hasRedisServer)('C35 a step of the handshake that Redis refuses', () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await startRedisServer();
    await server.admin.acl('SETUSER', 'narrow', 'on', '>its-password', '~*', '+@all', '-select');
  });
  afterAll(() => server.close());

  it.each([
    ['a database that is not there', (url: string) => `${url}/99`, /database 99 .*\(ERR DB index/],
    [
      'a user that may not SELECT',
      (url: string) => `${url.replace('//', '//narrow:its-password@')}/5`,
      /database 5 .*\(NOPERM/,
    ],
    [
      'a wrong password',
      (url: string) => `${url.replace('//', '//narrow:not-it@')}/5`,
      /^WRONGPASS$/,
    ],
  ])('C35 is no connection: %s', async (_what, urlOf, reason) => {
    const site = await startSite({ REDIS_URL: urlOf(server.url) });
    try {
      // The first refusal, and the attempts after it.
      await site.connections(3);
      expect(await site.readiness()).toBe(503);
      expect(site.redis.status).not.toBe('ready');
      await expect(site.redis.set('mine', '1', 'PX', 9000, 'NX')).rejects.toThrow();
      const down = site.logs.filter(({ event }) => event?.startsWith('redis.'));
      expect(down).toEqual([
        expect.objectContaining({ event: 'redis.down', cause: expect.stringMatching(reason) }),
      ]);
      expect(JSON.stringify(site.logs)).not.toMatch(/its-password|not-it/);
      expect(await server.admin.info('keyspace')).not.toContain('keys=');
    } finally {
      await site.close();
    }
  });

  it('C35 is ready as soon as the step succeeds', async () => {
    const url = `${server.url.replace('//', '//narrow:its-password@')}/5`;
    const site = await startSite({ REDIS_URL: url });
    try {
      await site.connections(2);
      expect(await site.readiness()).toBe(503);
      await server.admin.acl('SETUSER', 'narrow', '+select');
      await eventually(async () => expect(await site.readiness()).toBe(200));
      expect(await server.admin.info('keyspace')).toMatch(/^db5:keys=1,/m);
      expect(await server.admin.info('keyspace')).not.toContain('db0');
    } finally {
      await site.close();
    }
  });

  describe('behind Sentinels', () => {
    let sentinels: SentinelServers;
    beforeAll(async () => {
      sentinels = await startSentinels();
    });
    afterAll(() => sentinels.close());

    it('C35 is no connection either', async () => {
      const site = await startSite({
        REDIS_URL: `redis://${sentinels.addresses}/99`,
        REDIS_MODE: 'sentinel',
        REDIS_SENTINEL_MASTER: MASTER_SET,
      });
      try {
        await site.connections(2);
        expect(await site.readiness()).toBe(503);
        expect(site.logs.filter(({ event }) => event === 'redis.down')).toEqual([
          expect.objectContaining({ cause: expect.stringMatching(/database 99/) }),
        ]);
      } finally {
        await site.close();
      }
    });
  });
});

const causes = (logs: LogLine[]) =>
  logs.filter(({ event }) => event === 'redis.down').map(({ cause }) => cause);

const PROTECTED =
  '-DENIED Redis is running in protected mode because protected mode is enabled and no password is set for the default user. In this mode connections are only accepted from the loopback interface.\r\n';

/** A Redis in protected mode does so for clients of other machines. */
describe('F82 a Redis that says no before it is asked', () => {
  it.each([
    ['and its word arrives', 'redis://', () => false],
    ['and a password is in REDIS_URL', 'redis://:its-password@', () => false],
    // A client that is still writing gets EPIPE or a reset instead.
    ['and its word is lost', 'redis://', (nth: number) => nth === 1],
  ])('F82 is logged in its own words, once: %s', async (_what, scheme, isLost) => {
    let connections = 0;
    const server = createTcpServer((socket) => {
      connections += 1;
      socket.on('error', () => {});
      if (isLost(connections)) socket.resetAndDestroy();
      else socket.end(PROTECTED);
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const { port } = addressOf(server.address());
    const site = await startSite({ REDIS_URL: `${scheme}127.0.0.1:${port}` });
    try {
      await site.connections(3);
      const ofRedis = () => site.logs.filter(({ event }) => String(event).startsWith('redis.'));
      await eventually(() => expect(ofRedis()).not.toEqual([]));
      expect(ofRedis()).toEqual([
        expect.objectContaining({
          event: 'redis.down',
          cause: 'DENIED Redis is running in protected mode',
        }),
      ]);
      expect(warn).not.toHaveBeenCalled();
      expect(await site.readiness()).toBe(503);
    } finally {
      warn.mockRestore();
      await site.close();
      server.close();
    }
  });

  it.skipIf(!hasRedisServer)(
    'C71 TLS to a Redis without it: the log names the address that it takes',
    async () => {
      const server = await startRedisServer();
      const site = await startSite({ REDIS_URL: server.url.replace('redis:', 'rediss:') });
      try {
        await eventually(() => expect(causes(site.logs)).not.toEqual([]));
        expect(causes(site.logs)).toEqual([expect.stringContaining('without TLS takes redis://')]);
      } finally {
        await site.close();
        await server.close();
      }
    },
  );

  it('C71 no TLS to a Redis with it: the log names the address that it takes', async () => {
    // What is no handshake of TLS makes Redis close.
    const server = createTcpServer((socket) => {
      socket.on('error', () => {}).once('data', () => socket.resetAndDestroy());
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = addressOf(server.address());
    const site = await startSite({ REDIS_URL: `redis://127.0.0.1:${port}` });
    try {
      await site.connections(3);
      await eventually(() => expect(causes(site.logs)).not.toEqual([]));
      expect(causes(site.logs)).toEqual([expect.stringContaining('with TLS takes rediss://')]);
    } finally {
      await site.close();
      server.close();
    }
  });

  it.skipIf(!hasRedisServer)('F82 prints nothing else where INFO is forbidden', async () => {
    const server = await startRedisServer();
    await server.admin.acl('SETUSER', 'narrow', 'on', '>its-password', '~*', '+@all', '-info');
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const url = server.url.replace('//', '//narrow:its-password@');
    const site = await startSite({ REDIS_URL: url });
    try {
      await eventually(async () => expect(await site.readiness()).toBe(200));
      expect(warn).not.toHaveBeenCalled();
    } finally {
      warn.mockRestore();
      await site.close();
      await server.close();
    }
  });
});

it.skipIf(!hasRedisServer)(
  'C71 a user of Redis without the right to write is told once, by Redis’s word, and so is its end',
  async () => {
    const server = await startRedisServer();
    await server.admin.acl('SETUSER', 'narrow', 'on', '>its-password', '~*', '+ping');
    const url = server.url.replace('//', '//narrow:its-password@');
    const site = await startSite({ REDIS_URL: url });
    const ofRedis = () => site.logs.filter(({ event }) => String(event).startsWith('redis.'));
    try {
      await eventually(() => expect(site.redis.status).toBe('ready'));
      expect([await site.readiness(), await site.readiness()]).toEqual([503, 503]);
      expect(ofRedis()).toEqual([
        expect.objectContaining({ event: 'redis.refuses', cause: 'NOPERM' }),
      ]);
      await server.admin.acl('SETUSER', 'narrow', '+@all');
      expect(await site.readiness()).toBe(200);
      expect(ofRedis().at(-1)).toMatchObject({ event: 'redis.accepts' });
    } finally {
      await site.close();
      await server.close();
    }
  },
);
