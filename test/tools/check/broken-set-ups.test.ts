import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Environment } from '../../../src/doorstep/config/config.ts';
import { eventually } from '../../harness/eventually.ts';
import { hasRedisServer } from '../../harness/redis-server.ts';
import { DISCOVERY } from './between.ts';
import { APP_CASES } from './cases/app.ts';
import { HUGGING_FACE_CASES } from './cases/hugging-face.ts';
import { LOGTO_CASES } from './cases/logto.ts';
import { MANAGEMENT_CASES } from './cases/management.ts';
import { TOKEN_CASES } from './cases/tokens.ts';
import { WEBHOOK_CASES } from './cases/webhook.ts';
import { complaints, waiting } from './complaints.ts';
import { APP, type Between, INNER_LOGTO, type SetUp, startSetUp } from './set-up.ts';

/** Advice to set a variable to what it is. */
const isAlreadySo = (next = '', environment: Environment = {}): boolean =>
  [...next.matchAll(/([A-Z][A-Z\d_]+)=([^\s,;]*[^\s,;.])/g)].some(
    ([, name = '', value]) => environment[name] === value,
  );

describe.skipIf(!hasRedisServer)('logto:check', () => {
  let setUp: SetUp;
  beforeAll(async () => {
    setUp = await startSetUp();
  });
  afterAll(() => setUp.close());

  it('finds a healthy set-up in order, all of it', async () => {
    const results = await setUp.inspect();
    expect(results.map(({ name, findings, waitsFor }) => [name, findings, waitsFor])).toEqual(
      results.map(({ name }) => [name, [expect.objectContaining({ status: 'ok' })], undefined]),
    );
    expect(results).toHaveLength(28);
  });

  it.each([
    ...LOGTO_CASES,
    ...HUGGING_FACE_CASES,
    ...MANAGEMENT_CASES,
    ...APP_CASES,
    ...TOKEN_CASES,
    ...WEBHOOK_CASES,
  ])('names the cause and nothing else: $is', async ({ says, is: _, ...fault }) => {
    const [name, status, message, next] = says;
    const found = complaints(await setUp.inspect(fault));
    const environment = { ...setUp.healthy, ...fault.environment };
    expect(found.filter((one) => isAlreadySo(one.next, environment))).toEqual([]);
    expect(found).toEqual([
      {
        name,
        status,
        message: expect.stringMatching(message),
        next: expect.stringMatching(next),
      },
    ]);
  });

  it('lists every mistake of the environment, and stops there', async () => {
    const results = await setUp.inspect({
      environment: { TRUST_PROXY: '', SESSION_SECRET: 'short', LOGTO_APP_ID: '' },
    });
    expect(complaints(results).map(({ message }) => message.split(' ')[0])).toEqual([
      'LOGTO_APP_ID',
      'SESSION_SECRET',
      'TRUST_PROXY',
    ]);
    expect(waiting(results)).toHaveLength(results.length - 1);
  });

  it.each([
    ['this machine', () => setUp.logto.endpoint, 'error', /which is their own machine/],
    ['a private network', () => INNER_LOGTO, 'warning', /an address of your network only/],
  ])('a public app with a Logto on %s', async (_where, endpoint, status, message) => {
    const environment = { LOGTO_ENDPOINT: endpoint() };
    expect(complaints(await setUp.inspect({ environment, appIsDown: true }))).toEqual([
      expect.objectContaining({
        name: 'Logto’s addresses',
        status,
        message: expect.stringMatching(message),
      }),
    ]);
  });

  describe('Logto', () => {
    it('is down', async () => {
      await setUp.logto.down();
      // Until the client has seen its idle connections end, they are what it complains about.
      await eventually(async () =>
        expect(complaints(await setUp.inspect())).toEqual([
          expect.objectContaining({
            name: 'Logto',
            message: 'nothing listens at logto.example.com',
          }),
        ]),
      );
      await setUp.logto.up();
    });

    it('hangs', async () => {
      setUp.logto.failNext('discovery', 'hang');
      const results = await setUp.inspect({ timeoutMs: 1500 });
      expect(complaints(results)).toEqual([
        expect.objectContaining({ name: 'Logto', message: expect.stringMatching(/no answer/) }),
      ]);
    });

    it('S20 is another issuer', async () => {
      setUp.logto.announceIssuer('https://auth.example.com/oidc');
      const results = await setUp.inspect();
      setUp.logto.announceIssuer(null);
      expect(complaints(results)).toEqual([
        expect.objectContaining({
          name: 'Logto',
          status: 'error',
          message: 'the Logto at https://logto.example.com calls itself https://auth.example.com',
        }),
      ]);
    });

    it.each([
      ['Redirect URI', 'redirectUris', `${APP}/callback`],
      ['Post sign-out URI', 'postLogoutRedirectUris', `${APP}/`],
    ] as const)('S39 does not have the %s', async (name, setting, missing) => {
      const registered = setUp.client[setting];
      setUp.client[setting] = [`${APP}/elsewhere`];
      await setUp.reloadClient();
      const results = await setUp.inspect();
      setUp.client[setting] = registered;
      await setUp.reloadClient();
      expect(complaints(results)).toEqual([
        expect.objectContaining({
          name,
          status: 'error',
          message: expect.stringContaining(`Logto does not have ${missing}`),
        }),
      ]);
    });
  });

  it('leaves out what needs a running app, and what needs the Management API', async () => {
    const results = await setUp.inspect({
      appIsDown: true,
      environment: { LOGTO_M2M_APP_ID: '', LOGTO_M2M_APP_SECRET: '' },
    });
    expect(complaints(results)).toEqual([]);
    expect(waiting(results)).toEqual([
      'Application settings',
      'API resource',
      'Through the proxy',
      'Sign-in of the app',
      'Back-channel of the app',
    ]);
  });

  let hangs = 0;
  const hanging: Between = (_url, { signal }) =>
    new Promise((_resolve, reject) => {
      hangs += 1;
      signal?.addEventListener('abort', () => reject(signal.reason));
    });

  it.each<[string, Between, string]>([
    ['nobody answers', hanging, 'Logto'],
    [
      'Logto answers discovery only',
      (url, init, pass) => (url.pathname === DISCOVERY ? pass() : hanging(url, init, pass)),
      'Application',
    ],
  ])('ends in time when %s', async (_who, between, cause) => {
    // It ends at all only by its own time limit; and it doesn't wait for that again and again.
    hangs = 0;
    const results = await setUp.inspect({ timeoutMs: 1500, between });
    expect(complaints(results).map(({ name }) => name)).toEqual([cause]);
    expect([1, 2, 3]).toContain(hangs);
  });

  it('never tells a secret', () => {
    expect(setUp.reports.length).toBeGreaterThan(1000);
    const all = setUp.reports.join('\n');
    for (const secret of [...setUp.secrets, 'not-the-secret']) {
      expect(all).not.toContain(secret);
      expect(all).not.toContain(encodeURIComponent(secret));
    }
  });
});
