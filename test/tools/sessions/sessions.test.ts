import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Doorstep, SESSION_SECRET, startDoorstep } from '../../harness/doorstep.ts';
import { runScript } from '../../harness/process.ts';
import { hasRedisServer, startOneNodeCluster } from '../../harness/redis-server.ts';

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

  it.skipIf(!hasRedisServer)('S10 asks a Redis Cluster, and says when there is none', async () => {
    const cluster = await startOneNodeCluster();
    const environment = { REDIS_URL: cluster.url, REDIS_MODE: 'cluster' };
    const nobody = { code: 0, output: 'somebody is signed in nowhere.\n' };
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
