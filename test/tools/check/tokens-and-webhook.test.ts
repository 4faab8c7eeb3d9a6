import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runChecks } from '../../../tools/check/checks.ts';
import type { Result } from '../../../tools/check/checkup.ts';
import { realWorld } from '../../../tools/check/world.ts';
import { CLIENT, type Doorstep, SESSION_SECRET, startDoorstep } from '../../harness/doorstep.ts';
import { hasRedisServer } from '../../harness/redis-server.ts';
import { keeping } from './cases/tokens.ts';
import { WEBHOOK_IN_ORDER } from './cases/webhook.ts';
import { complaints } from './complaints.ts';
import { json } from './real-logto.ts';
import { type SetUp, startSetUp } from './set-up.ts';

const findingsOf = (results: Result[], wanted: string) =>
  results.find(({ name }) => name === wanted)?.findings;

describe.skipIf(!hasRedisServer)('logto:check of what is as it should be', () => {
  let setUp: SetUp;
  beforeAll(async () => {
    setUp = await startSetUp();
  });
  afterAll(() => setUp.close());

  it('F43 says that tokens are kept, and how to see that Logto can open them', async () => {
    const results = await setUp.inspect({
      environment: { HF_ACCESS_TOKENS: 'true' },
      between: keeping,
    });
    expect(complaints(results)).toEqual([]);
    expect(findingsOf(results, 'Hugging Face tokens')).toEqual([
      { status: 'ok', message: 'the connector keeps them' },
      { status: 'skipped', message: expect.stringMatching(/SECRET_VAULT_KEK .*--token-of/) },
    ]);
  });

  it('F43 says so where only the Management API could tell', async () => {
    const results = await setUp.inspect({
      environment: { HF_ACCESS_TOKENS: 'true', LOGTO_M2M_APP_ID: '' },
      between: keeping,
    });
    expect(complaints(results)).toEqual([]);
    expect(findingsOf(results, 'Hugging Face tokens')?.[0]?.message).toMatch(/^only the Manag/);
  });

  it('F47 says that Logto’s test delivery arrives, and how many did', async () => {
    const results = await setUp.inspect(WEBHOOK_IN_ORDER);
    expect(complaints(results)).toEqual([]);
    expect(findingsOf(results, 'Webhook')).toEqual([
      { status: 'ok', message: 'Logto’s test delivery arrives, as did 12 of 12 in the past day' },
    ]);
  });

  it('F47 leaves the delivery out where the app does not run, and all of it without the API', async () => {
    const down = await setUp.inspect({ ...WEBHOOK_IN_ORDER, appIsDown: true });
    expect(findingsOf(down, 'Webhook')?.map(({ status }) => status)).toEqual(['ok', 'skipped']);
    const environment = { ...WEBHOOK_IN_ORDER.environment, LOGTO_M2M_APP_ID: '' };
    const without = await setUp.inspect({ ...WEBHOOK_IN_ORDER, environment });
    expect(findingsOf(without, 'Webhook')).toEqual([
      { status: 'skipped', message: 'only the Management API shows whether Logto has one' },
    ]);
  });
});

const TOKEN_PATH = '/api/my-account/identities/huggingface/access-token';
const HF_TOKEN = 'hf_oauth_of-the-tests-0000';
const refusal = (status: number, code: string) => () => json({ code, message: 'x' }, status);

describe.skipIf(!hasRedisServer)('F44 logto:check --token-of', () => {
  let app: Doorstep;
  let sub: string;
  const printed: string[] = [];
  const bearers: string[] = [];

  beforeAll(async () => {
    app = await startDoorstep({ redisSettings: ['--appendonly', 'yes'] });
    await app.signedInBrowser();
    sub = app.logto.users.all().find(({ name }) => name === 'Ada Lovelace')?.sub ?? '';
  });
  afterAll(() => app.close());

  async function ask(answer: () => Response, options: { of?: string; later?: number } = {}) {
    const real = realWorld(
      {
        BASE_URL: app.url,
        SESSION_SECRET,
        LOGTO_ENDPOINT: app.logto.endpoint,
        LOGTO_APP_ID: CLIENT.id,
        LOGTO_APP_SECRET: CLIENT.secret,
        REDIS_URL: app.redisServer?.url,
        HF_ACCESS_TOKENS: 'true',
      },
      options.of ?? sub,
    );
    const world = {
      ...real,
      now: () => Date.now() + (options.later ?? 0),
      timeoutMs: 30_000,
      deadline: new AbortController().signal,
      fetch: async (input: string | URL | Request, init: RequestInit = {}) => {
        const url = new URL(input instanceof Request ? input.url : input);
        if (url.pathname === TOKEN_PATH) {
          bearers.push(new Headers(init.headers).get('authorization') ?? '');
          return answer();
        }
        return keeping(url, init, async () => fetch(input, init));
      },
    };
    const results: Result[] = [];
    for await (const result of runChecks(world)) results.push(result);
    printed.push(JSON.stringify(results));
    return findingsOf(results, 'Hugging Face tokens')?.[1];
  }

  it('F44 asks as the app would, and says what comes', async () => {
    const scope = 'openid profile inference-api';
    const given = { access_token: HF_TOKEN, scope, token_type: 'bearer', expires_in: 28_799 };
    expect(await ask(() => json(given))).toEqual({
      status: 'ok',
      message: `Logto hands out that of ${sub}: ${scope}, for 480 min`,
    });
  });

  it.each([
    [
      '500: no vault key, or another',
      refusal(500, 'entity.x'),
      'error',
      /its SECRET_VAULT_KEK is miss/,
    ],
    [
      '404: nothing is kept',
      refusal(404, 'secrets.third_party_token_set.token_not_found'),
      'error',
      /or SECRET_VAULT_KEK is bad$/,
    ],
    [
      '401: expired, and nothing to renew it with',
      refusal(401, 'secrets.third_party_token_set.access_token_expired'),
      'warning',
      /has expired/,
    ],
    ['400: Hugging Face refuses', refusal(400, 'connector.general'), 'error', /did not renew/],
    ['403: the scope', refusal(403, 'auth.forbidden'), 'error', /lacks the scope identities/],
    ['400: account centre', refusal(400, 'account_center.not_enabled'), 'error', /switched off/],
    ['401: the session', refusal(401, 'auth.unauthorized'), 'error', /\(401 auth.unauthorized\)/],
    ['503: a proxy', refusal(503, ''), 'error', /does not hand out that of .* \(503\)/],
    ['404: an old Logto', () => new Response('Not Found', { status: 404 }), 'error', /\(404\)/],
  ])('F44 knows what an answer means: %s', async (_what, answer, status, message) => {
    expect(await ask(answer)).toMatchObject({ status, message: expect.stringMatching(message) });
  });

  it('F44 leaves alone whom it can’t ask for', async () => {
    const never = () => {
      throw new Error('asked');
    };
    expect(await ask(never, { of: 'nobody' })).toMatchObject({
      status: 'skipped',
      message: expect.stringContaining('nobody has no session here'),
    });
    // An hour later the access token has run out; its session has not.
    expect(await ask(never, { later: 3_600_000 })).toMatchObject({
      status: 'skipped',
      message: expect.stringContaining('/account, and run this again'),
    });
  });

  it('F44 prints neither token', () => {
    expect(bearers.length).toBeGreaterThan(5);
    for (const bearer of bearers) {
      expect(bearer).toMatch(/^Bearer .{20,}/);
      expect(printed.join('')).not.toContain(bearer.slice('Bearer '.length));
    }
    expect(printed.join('')).not.toContain(HF_TOKEN);
  });
});
