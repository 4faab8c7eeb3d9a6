import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { defineScripts } from '../../../src/doorstep/redis/client.ts';
import { type Doorstep, OTTER, SESSION_SECRET, startDoorstep } from '../../harness/doorstep.ts';
import { startHost } from '../../harness/host.ts';
import { runScript } from '../../harness/process.ts';
import { hasRedisServer, startOneNodeCluster } from '../../harness/redis-server.ts';

const NO_PREFIX =
  'It looked under keys without a prefix: if the app has one, name it with --prefix.';

describe('S10 npm run sessions', () => {
  let app: Doorstep;
  beforeAll(async () => {
    app = await startDoorstep();
  });
  afterAll(() => app.close());

  const run = async (words: string[], environment: Record<string, string> = {}) => {
    const child = runScript(
      'tools/sessions/main.ts',
      {
        LOGTO_ENDPOINT: app.logto.endpoint,
        LOGTO_APP_ID: app.config.logto.appId,
        LOGTO_APP_SECRET: app.config.logto.appSecret,
        REDIS_URL: app.redisServer?.url ?? '',
        SESSION_SECRET,
        ...environment,
      },
      words,
    );
    return { code: await child.ended, output: child.output() };
  };

  it.skipIf(!hasRedisServer)(
    'S10 lists where a user is signed in, and ends it all, tokens included',
    async () => {
      const browser = await app.signedInBrowser();
      const other = await app.signedInBrowser({ as: 'quiet-otter', via: 'huggingface' });
      const [ada] = app.logto.users.all().filter(({ name }) => name === 'Ada Lovelace');
      const listed = await run(['list', ada?.sub ?? '']);
      expect(listed.output).toContain(`${ada?.sub} is signed in on 1:`);
      app.logto.resetCalls();
      expect(await run(['end', ada?.sub ?? ''])).toEqual({
        code: 0,
        output: `Ended 1 of ${ada?.sub}.\n`,
      });
      expect(app.logto.calls.revocation).toBe(1);
      expect((await browser.get(app.url)).body).toContain('Come on in.');
      expect((await other.get(app.url)).body).toContain('Hello');
      expect((await run(['list', ada?.sub ?? ''])).output).toContain('is signed in nowhere');
    },
  );

  it.skipIf(!hasRedisServer)('C39 shows a browser’s own words without obeying them', async () => {
    const browser = app.browser();
    const callback = await app.upToCallback(browser, '/sign-in', OTTER);
    const userAgent = `\x9b2J\x9d0;owned\x9cEvil${'x'.repeat(400)}/1.0 (x)`;
    await browser.get(callback, { headers: { 'user-agent': userAgent } });
    const [otter] = app.logto.users
      .all()
      .filter(({ identities }) => identities !== undefined)
      .slice(-1);
    const { code, output } = await run(['list', otter?.sub ?? '']);
    expect(code).toBe(0);
    expect(output).toContain('\\u{9b}2J\\u{9d}0;owned\\u{9c}Evil');
    expect(output.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    for (const line of output.split('\n')) expect(line.length).toBeLessThan(200);
    expect((await run(['list', 'no\x9bbody\u202e'])).output).toBe(
      `no\\u{9b}body\\u{202e} is signed in nowhere. ${NO_PREFIX}\n`,
    );
  });

  it.skipIf(!hasRedisServer)(
    'C94 finds the sessions of an app with a prefix before its keys, and says where it looked',
    async () => {
      const redis = new Redis(app.redisServer?.url ?? '', { keyPrefix: 'all:' });
      onTestFinished(() => redis.disconnect());
      defineScripts(redis);
      const parts = { redis, redisPrefix: 'shop:', clientPrefix: 'all:' };
      const host = await startHost((app, auth) => app.use(auth.middleware), parts);
      onTestFinished(() => host.close());
      await host.signedInBrowser();
      const sub = host.logto.users.all()[0]?.sub ?? '';
      const prefix = ['--prefix', 'all:shop:'];
      expect((await run(['end', sub], host.environment)).output).toBe(
        `Ended 0 of ${sub}. ${NO_PREFIX}\n`,
      );
      expect((await run(['list', sub, ...prefix], host.environment)).output).toContain(
        'signed in on 1:',
      );
      expect((await run(['end', sub, ...prefix], host.environment)).output).toBe(
        `Ended 1 of ${sub}.\n`,
      );
      expect((await run(['list', sub, ...prefix], host.environment)).output).toBe(
        `${sub} is signed in nowhere. It looked under keys that begin with "all:shop:".\n`,
      );
    },
  );

  it.skipIf(!hasRedisServer)('S10 asks a Redis Cluster, and says when there is none', async () => {
    const cluster = await startOneNodeCluster();
    const environment = { REDIS_URL: cluster.url, REDIS_MODE: 'cluster' };
    const nobody = { code: 0, output: `somebody is signed in nowhere. ${NO_PREFIX}\n` };
    expect(await run(['list', 'somebody'], environment)).toEqual(nobody);
    await cluster.close();
    const refused = await run(['list', 'somebody'], environment);
    expect(refused.code).toBe(1);
    expect(refused.output).toMatch(/^Not done: connect ECONNREFUSED/);
  });

  it('says how it is used, and what is missing', async () => {
    expect(await run(['lsit', 'x'])).toMatchObject({
      code: 1,
      output: expect.stringContaining('npm run sessions -- list <sub>'),
    });
    const child = runScript('tools/sessions/main.ts', {}, ['list', 'x']);
    expect(await child.ended).toBe(1);
    expect(child.output()).toContain('LOGTO_ENDPOINT is missing');
  });
});
