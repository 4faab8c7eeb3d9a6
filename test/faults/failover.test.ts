import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { singleRedis } from '../../src/doorstep/config/redis-address.ts';
import { createLogger } from '../../src/doorstep/logger.ts';
import { connectRedis } from '../../src/doorstep/redis/client.ts';
import { ADA, type Doorstep, OTTER, startDoorstep } from '../harness/doorstep.ts';
import { eventually } from '../harness/eventually.ts';
import { hasRedisServer, type RedisServer, startRedisServer } from '../harness/redis-server.ts';
import { startTcpProxy, type TcpProxy } from '../harness/tcp-proxy.ts';
import { healed, kill, redisServerOf } from './outage.ts';

/** A master waits 5 s for more replicas before it sends one its data. */
const SYNC_AT_ONCE = ['--repl-diskless-sync-delay', '0'];

const portOf = ({ url }: RedisServer) => Number(new URL(url).port);

describe.skipIf(!hasRedisServer)('C21 another Redis takes over behind the same address', () => {
  let app: Doorstep;
  let address: TcpProxy;
  let master: RedisServer;
  let replica: RedisServer;
  let connection: ReturnType<typeof connectRedis>;
  beforeEach(async () => {
    address = await startTcpProxy(1);
    connection = connectRedis(
      singleRedis(`redis://127.0.0.1:${address.port}`),
      createLogger('silent'),
    );
    app = await startDoorstep({ wrapRedis: () => connection, redisSettings: SYNC_AT_ONCE });
    master = redisServerOf(app);
    address.switchTo(portOf(master), 'cut');
    replica = await startRedisServer(SYNC_AT_ONCE);
    await replica.admin.replicaof('127.0.0.1', portOf(master));
    await healed(async () =>
      expect((await app.browser().get(`${app.url}/readyz`)).status).toBe(200),
    );
  });
  afterEach(async () => {
    connection.disconnect();
    address.close();
    await app.close();
    await replica.close();
  });

  it.each([
    { what: 'the old one dies', old: 'cut', after: () => kill(master) },
    { what: 'the old one goes silent', old: 'silent', after: async () => {} },
    {
      what: 'the old one is a replica now, and open connections stay with it',
      old: 'kept',
      after: () => master.admin.replicaof('127.0.0.1', portOf(replica)),
    },
  ] as const)('$what', async ({ old, after }) => {
    const ada = await app.signedInBrowser(ADA);
    const otter = await app.signedInBrowser(OTTER);
    // WAIT speaks of this connection's own writes, so it makes one, after all others.
    await master.admin.set('last', 'x');
    await eventually(async () => expect(await master.admin.wait(1, 100)).toBe(1));

    address.switchTo(portOf(replica), old);
    await replica.admin.replicaof('NO', 'ONE');
    await after();
    await healed(async () => {
      const page = await ada.get(app.url);
      if (page.status !== 200) expect(page.body).toContain('You have not been signed out');
      expect(page.body).toContain('Hello, Ada Lovelace');
    });
    const account = await otter.get(`${app.url}/account`);
    expect([account.status, account.body.includes('@quiet-otter')]).toEqual([200, true]);
    await app.signedInBrowser(ADA);
    expect((await app.browser().get(`${app.url}/readyz`)).status).toBe(200);
  });
});
