import {
  answering,
  type Case,
  changing,
  changingHeaders,
  DISCOVERY,
  denying,
  failing,
  withRoot,
} from '../between.ts';
import { json } from '../real-logto.ts';
import { INNER_LOGTO, LOGTO } from '../set-up.ts';

const EXPIRED = {
  code: 'oidc.invalid_request',
  error: 'invalid_request',
  error_description: 'client secret has expired',
};

export const LOGTO_CASES: Case[] = [
  {
    is: 'a sample secret',
    environment: { SESSION_SECRET: 'change-me-to-what-openssl-rand-base64-48-prints' },
    says: [
      'Environment',
      'error',
      /^SESSION_SECRET looks like a sample/,
      /explains SESSION_SECRET/,
    ],
  },
  {
    is: 'production without NODE_ENV',
    environment: { NODE_ENV: 'development' },
    says: ['Environment', 'warning', /NODE_ENV is not production/, /NODE_ENV=production/],
  },
  {
    is: 'a Logto that there is not',
    environment: { LOGTO_ENDPOINT: 'https://lotgo.example.com' },
    says: ['Logto', 'error', /there is no host lotgo.example.com/, /LOGTO_ENDPOINT/],
  },
  {
    is: 'a certificate of Logto that has expired',
    between: failing(LOGTO, 'CERT_HAS_EXPIRED'),
    says: ['Logto', 'error', /certificate of logto.example.com .*CERT_HAS_EXPIRED/, /Renew it/],
  },
  {
    is: 'an address with something else than a Logto',
    between: answering(DISCOVERY, () => new Response('<h1>Hello</h1>')),
    says: ['Logto', 'error', /is no Logto/, /LOGTO_ENDPOINT/],
  },
  {
    is: 'a Logto that has moved',
    between: answering(DISCOVERY, () =>
      Response.redirect(`https://auth.example.com${DISCOVERY}`, 301),
    ),
    says: ['Logto', 'error', /redirects to https:\/\/auth.example.com$/, /LOGTO_ENDPOINT=https/],
  },
  {
    is: 'C16 a Logto behind a proxy that does not say https',
    between: withRoot((address) => address.replace('https:', 'http:')),
    says: ['Logto’s addresses', 'error', /hands out http:/, /TRUST_PROXY_HEADER=1/],
  },
  {
    is: 'a Logto that browsers are sent to by an inner name',
    between: withRoot((address) => address.replace(LOGTO, 'http://logto:3001')),
    says: ['Logto’s addresses', 'error', /http:\/\/logto:3001/, /Host header/],
  },
  {
    is: 'a clock two minutes off',
    clockOff: 120_000,
    says: ['Clock', 'warning', /^our clock is 1(19|20|21) s ahead of Logto’s and Redis’s/, /NTP/],
  },
  {
    is: 'a clock seven minutes off',
    clockOff: -420_000,
    says: ['Clock', 'error', /^our clock is 4\d\d s behind .*: no sign-in/, /this machine/],
  },
  {
    is: 'a clock of Logto that is off',
    between: changingHeaders(DISCOVERY, (headers) => {
      headers.set('date', new Date(Date.now() - 420_000).toUTCString());
    }),
    says: ['Clock', 'error', /^Logto’s clock is 4\d\d s behind ours: no sign-in/, /NTP/],
  },
  {
    is: 'C36 a clock of Redis that is off',
    redisClockOff: 3 * 3_600_000,
    says: ['Clock', 'warning', /^Redis’s clock is 10[78]\d\d s ahead of ours/, /NTP/],
  },
  {
    is: 'C36 a Logto that signs with what the app does not accept',
    between: changing(DISCOVERY, (body) => ({
      ...body,
      id_token_signing_alg_values_supported: ['EdDSA'],
    })),
    says: ['Signing algorithms', 'error', /EdDSA, and the app accepts .*ES384/, /Signing keys/],
  },
  {
    is: 'C36 a Logto with one key that the app does not accept',
    between: changing(DISCOVERY, (body) => ({
      ...body,
      id_token_signing_alg_values_supported: ['ES384', 'PS384'],
    })),
    says: ['Signing algorithms', 'warning', /may also sign with PS384/, /Signing keys/],
  },
  {
    is: 'C36 a Logto that is reached by another host name',
    environment: { LOGTO_ENDPOINT: INNER_LOGTO },
    between: changing(DISCOVERY, (body) => ({ ...body, issuer: `${LOGTO}/oidc` })),
    says: [
      'Logto',
      'error',
      /^the Logto at https:\/\/logto.internal calls itself https:\/\/logto.example.com$/,
      /Set LOGTO_ENDPOINT=https:\/\/logto.example.com,/,
    ],
  },
  {
    is: 'C37 another issuer at the address of Logto',
    between: changing(DISCOVERY, (body) => ({ ...body, issuer: `${LOGTO}/realms/x` })),
    says: [
      'Logto',
      'error',
      /calls itself .*realms\/x, and is no Logto/,
      /^Correct LOGTO_ENDPOINT/,
    ],
  },
  {
    is: 'C37 a proxy of Logto that redirects to itself',
    between: answering(DISCOVERY, () => Response.redirect(`${LOGTO}/login`, 302)),
    says: ['Logto', 'error', /openid-configuration at .* redirects to \/login$/, /pass \/oidc on/],
  },
  {
    is: 'a wrong application secret',
    environment: { LOGTO_APP_SECRET: 'not-the-secret' },
    says: ['Application', 'error', /^LOGTO_APP_SECRET is wrong$/, /App secrets/],
  },
  {
    is: 'C36 an application secret that has expired, which Logto says wherever it is sent',
    between: async (url, init, pass) => {
      const sent = new Headers(init.headers).get('authorization');
      return url.pathname.startsWith('/oidc') && sent?.endsWith(btoa('test-app:test-app-secret'))
        ? json(EXPIRED, 400)
        : pass();
    },
    says: ['Application', 'error', /^LOGTO_APP_SECRET has expired$/, /App secrets/],
  },
  {
    is: 'C36 a single-page application',
    between: async (url, init, pass) => {
      if (url.pathname !== '/oidc/token' || String(init.body).includes('client_credentials'))
        return pass();
      return new Headers(init.headers).has('authorization')
        ? json({ code: 'oidc.invalid_client', error: 'invalid_client' }, 401)
        : json({ code: 'oidc.invalid_grant', error: 'invalid_grant' }, 400);
    },
    says: ['Application', 'error', /^test-app is a single-page or native app/, /Traditional web/],
  },
  {
    is: 'C36 a third-party application, seen from outside',
    environment: { LOGTO_M2M_APP_ID: '' },
    between: denying('invalid_scope'),
    says: ['Redirect URI', 'error', /ask for a scope .*invalid_scope/, /third-party/],
  },
  {
    is: 'an unknown application',
    environment: { LOGTO_APP_ID: 'nobody' },
    says: ['Application', 'error', /knows no application nobody/, /LOGTO_APP_ID/],
  },
  {
    is: 'an application of another kind',
    between: answering('/oidc/token', () =>
      json({ code: 'oidc.invalid_request', error: 'invalid_request' }, 400),
    ),
    environment: { LOGTO_M2M_APP_ID: '' },
    says: ['Application', 'error', /not an application that people sign in to/, /Traditional/],
  },
  {
    is: 'an API resource that Logto does not have',
    environment: { API_RESOURCE: 'https://books.example/another' },
    between: denying('invalid_target'),
    says: ['Redirect URI', 'error', /no API resource .*another \(invalid_target\)/, /API_RESOURCE/],
  },
];
