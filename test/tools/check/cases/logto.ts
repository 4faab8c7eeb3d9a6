import { answering, type Case, DISCOVERY, failing, withRoot } from '../between.ts';
import { json } from '../real-logto.ts';
import { APP, LOGTO } from '../set-up.ts';

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
    appIsDown: true,
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
    says: ['Clock', 'warning', /120 s behind|119 s behind|121 s behind/, /NTP/],
  },
  {
    is: 'a clock seven minutes off',
    clockOff: -420_000,
    says: ['Clock', 'error', /ahead of ours: no sign-in/, /NTP/],
  },
  {
    is: 'a wrong application secret',
    environment: { LOGTO_APP_SECRET: 'not-the-secret' },
    says: ['Application', 'error', /^LOGTO_APP_SECRET is wrong$/, /App secrets/],
  },
  {
    is: 'an unknown application',
    environment: { LOGTO_APP_ID: 'nobody' },
    appIsDown: true,
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
    between: answering(
      '/oidc/auth',
      () =>
        new Response(null, {
          status: 303,
          headers: { location: `${APP}/callback?error=invalid_target&state=x` },
        }),
    ),
    says: ['Redirect URI', 'error', /\(invalid_target\)/, /API resource/],
  },
];
