import { once } from 'node:events';
import type { Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLogger } from '../../../src/doorstep/logger.ts';
import { connectRedis } from '../../../src/doorstep/redis/client.ts';
import { parseConfig } from '../../../src/site/config.ts';
import { eventually } from '../../harness/eventually.ts';
import { bulk, type FakeRedis, startFakeRedis } from '../../harness/fake-redis.ts';

/** Real Sentinels are in test/ha; these say at a moment of the test's choosing what real ones say rarely. */
describe('what Sentinels say', () => {
  let masters: FakeRedis[];
  let sentinels: FakeRedis[];
  let redis: ReturnType<typeof connectRedis>;
  /** Which master each Sentinel believes in, and who listens to it. */
  let views: number[];
  let listeners: Set<Socket>[];
  let mayListen: boolean;
  let refused: Set<number>;

  beforeEach(async () => {
    mayListen = true;
    refused = new Set();
    masters = await Promise.all(['first', 'second'].map((name) => startFakeRedis(master(name))));
    views = [0, 0, 0];
    listeners = views.map(() => new Set());
    sentinels = await Promise.all(views.map((_view, index) => startFakeRedis(sentinel(index))));
    const { redis: config } = parseConfig({
      LOGTO_ENDPOINT: 'https://tenant.logto.app',
      LOGTO_APP_ID: 'id',
      LOGTO_APP_SECRET: 'of-the-application',
      REDIS_MODE: 'sentinel',
      REDIS_URL: `redis://${sentinels.map(({ port }) => `127.0.0.1:${port}`).join(',')}`,
    });
    if (!config) throw new Error('There is a Redis');
    redis = connectRedis(config, createLogger('silent'));
    await eventually(async () => expect(await redis.get('who')).toBe('first'));
  });
  afterEach(() => {
    redis.disconnect();
    for (const one of [...masters, ...sentinels]) one.close();
  });

  const master =
    (name: string) =>
    ([command]: string[]) => {
      if (command === 'info') return bulk('role:master\r\nloading:0\r\n');
      return command === 'get' ? bulk(name) : null;
    };
  const sentinel =
    (index: number) =>
    ([command]: string[], socket: Socket) => {
      if (command === 'sentinel') {
        return `*2\r\n${bulk('127.0.0.1')}${bulk(String(masters[views[index] ?? 0]?.port))}`;
      }
      if (command !== 'subscribe') return null;
      if (!mayListen) {
        refused.add(index);
        return '-NOPERM this user has no permissions\r\n';
      }
      listeners[index]?.add(socket);
      return `*3\r\n${bulk('subscribe')}${bulk('+switch-master')}:1\r\n`;
    };
  const announce = (index: number) => {
    views[index] = 1;
    const [from, to] = masters.map(({ port }) => `127.0.0.1 ${port}`);
    const said = ['message', '+switch-master', `mymaster ${from} ${to}`].map(bulk).join('');
    for (const socket of listeners[index] ?? []) socket.write(`*3\r\n${said}`);
  };
  const everybodyListens = () =>
    eventually(() => expect(listeners.map(({ size }) => size)).not.toContain(0));

  it('one announces a new master while another still names the old one: the next word counts too', async () => {
    await everybodyListens();
    const away = once(redis, 'close');
    announce(0);
    // Away, and back at the old one, which the Sentinel that is asked next still names.
    await away;
    await eventually(async () => expect(await redis.get('who')).toBe('first'));
    announce(2);
    announce(1);
    await eventually(async () => expect(await redis.get('who')).toBe('second'));
  });

  it('whoever may not listen goes on, and listens once it may', async () => {
    await everybodyListens();
    mayListen = false;
    for (const [index, one] of sentinels.entries()) {
      listeners[index]?.clear();
      one.cut();
    }
    await eventually(() => expect(refused.size).toBe(sentinels.length));
    expect(await redis.get('who')).toBe('first');
    mayListen = true;
    // On the connections that come after those.
    for (const one of sentinels) one.cut();
    await eventually(() => expect(listeners.map(({ size }) => size)).not.toContain(0));
  });
});
