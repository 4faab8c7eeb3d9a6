import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type OnePortDemo, onePortConfig, startOnePort } from '../../demo/one-port/index.ts';
import { createLogger } from '../../src/doorstep/logger.ts';
import { freePort } from '../harness/free-port.ts';
import { fuzzRuns } from '../harness/fuzz.ts';
import { encoded, headerText, queryOf } from '../harness/hostile.ts';
import { type Serving, startServing } from '../harness/serving.ts';
import { openWire, type Wire } from '../harness/wire.ts';

const PATHS = [
  'logto/oidc/auth',
  'logto/oidc/session/end',
  'logto/oidc/session/end/confirm',
  'logto/sign-in',
  'logto/register',
  'logto/direct/social/huggingface',
  'logto/callback/huggingface',
  'logto/consent',
  'logto/assets/',
  'hugging-face/oauth/authorize',
  'hugging-face/avatars/',
  'hugging-face/',
];
const NAMES = [
  'client_id',
  'redirect_uri',
  'response_type',
  'response_mode',
  'state',
  'scope',
].concat([
  'post_logout_redirect_uri',
  'id_token_hint',
  'prompt',
  'username',
  'app_id',
  'request_uri',
]);
const HEADERS = ['Host', 'X-Forwarded-Host', 'X-Forwarded-Proto', 'Origin', 'Cookie'].concat([
  'Sec-Fetch-Dest',
  'Sec-Fetch-Site',
  'Content-Type',
]);

describe('the stand-ins in public, under hostile requests', () => {
  let demo: OnePortDemo;
  let serving: Serving;
  let wire: Wire;
  let url: string;
  beforeAll(async () => {
    const config = onePortConfig({ PORT: String(await freePort()), TRUST_PROXY: 'loopback' });
    url = config.baseUrl;
    const logger = createLogger('silent', { write: () => {} });
    demo = await startOnePort({ config, logger });
    serving = await startServing(demo.handle);
    wire = openWire(`http://127.0.0.1:${serving.port}`);
  });
  afterAll(() => {
    wire?.close();
    return Promise.all([serving?.close(), demo?.close()]);
  });

  it('F134 no request breaks them, shows their inside, or leads to another site', async () => {
    let client = 0;
    const ask = fc.record({
      method: fc.constantFrom('GET', 'POST', 'HEAD', 'PUT', 'OPTIONS'),
      path: fc.constantFrom(...PATHS),
      tail: fc.oneof({ weight: 2, arbitrary: fc.constant('') }, encoded),
      query: fc.oneof(queryOf(NAMES), fc.constant('client_id=doorstep-demo')),
      header: fc.tuple(fc.constantFrom(...HEADERS), headerText),
    });
    await fc.assert(
      fc.asyncProperty(ask, async ({ method, path, tail, query, header }) => {
        client += 1;
        const answer = await wire.ask({
          method,
          path: `/stand-ins/${path}${tail}?${query}`.replace(/[^\x21-\x7e]/g, ''),
          // Each from an address of its own, or the limits would answer.
          headers: [
            ['X-Forwarded-For', `198.51.${(client >> 8) & 255}.${client & 255}`],
            ['Sec-Fetch-Site', 'same-origin'],
            header,
          ],
        });
        expect(answer.status).toBeLessThan(500);
        expect(answer.body).not.toMatch(/\.[tj]s:\d|node_modules/);
        const { location = '/', 'set-cookie': cookies = [] } = answer.headers;
        expect(location).toMatch(/^\/(?![/\\])|^http:\/\/localhost:\d+\//);
        if (location.startsWith('http')) expect(new URL(location).origin).toBe(url);
        for (const cookie of cookies) expect(cookie).toMatch(/; path=\/stand-ins\/logto(;|$)/i);
      }),
      { numRuns: fuzzRuns },
    );
  });
});
