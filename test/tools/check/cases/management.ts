import { type Case, changing, withMetadata } from '../between.ts';
import { json } from '../real-logto.ts';
import { APP } from '../set-up.ts';

export const MANAGEMENT_CASES: Case[] = [
  {
    is: 'a machine-to-machine application with a wrong secret',
    environment: { LOGTO_M2M_APP_SECRET: 'not-it' },
    between: async (_url, init, pass) =>
      String(init.body).includes('client_credentials')
        ? json({ error: 'invalid_client' }, 401)
        : pass(),
    says: ['Management API', 'warning', /gets no token \(401 invalid_client\)/, /LOGTO_M2M/],
  },
  {
    is: 'a machine-to-machine application without the role',
    between: async (_url, init, pass) =>
      String(init.body).includes('client_credentials')
        ? json({ access_token: 'x', expires_in: 3600, scope: '' })
        : pass(),
    says: ['Management API', 'warning', /may not use the Management API/, /role/],
  },
  {
    is: 'an application that lets sign-ins come back in the clear',
    between: withMetadata({ redirectUris: ['http://app.example.com/callback'] }),
    says: ['Application settings', 'warning', /plain http, to http:\/\/app.example/, /Take it out/],
  },
  {
    is: 'no back-channel logout URI',
    between: withMetadata({ backchannelLogoutUri: undefined }),
    says: ['Application settings', 'warning', /no back-channel logout URI/, /Set it to https/],
  },
  {
    is: 'a back-channel logout URI with another path',
    between: withMetadata({ backchannelLogoutUri: `${APP}/logout` }),
    says: ['Application settings', 'warning', /URI is https:\/\/app.example.com\/logout/, /Set it/],
  },
  {
    is: 'back-channel logout without the session',
    between: withMetadata({ backchannelLogoutSessionRequired: false }),
    says: ['Application settings', 'warning', /all devices instead of one/, /session required/],
  },
  {
    is: 'a link to account pages that are off',
    environment: { LOGTO_ACCOUNT_CENTER: 'true' },
    between: changing('/api/account-center', () => ({ enabled: false })),
    says: ['Account centre', 'error', /switched off/, /Account center/],
  },
  {
    is: 'C17 an app that a public Logto cannot reach',
    between: withMetadata({ backchannelLogoutUri: 'http://10.0.0.5:3000/backchannel-logout' }),
    says: ['Back-channel logout', 'warning', /private address, which logto.example/, /can reach/],
  },
  {
    is: 'C17 app and Logto in one private network',
    address: '10.0.0.5',
    says: ['Back-channel logout', 'warning', /calls no private/, /SSRF_PROTECTION_DISABLED=true/],
  },
];
