import { all, type Case, changing, denying, withApplication, withMetadata } from '../between.ts';
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
    is: 'C36 a link to account pages that are off, without the Management API',
    environment: { LOGTO_ACCOUNT_CENTER: 'true', LOGTO_M2M_APP_ID: '' },
    between: changing('/api/.well-known/account-center', (body) => ({ ...body, enabled: false })),
    says: ['Account centre', 'error', /switched off/, /Account center/],
  },
  {
    is: 'a machine-to-machine secret that has expired',
    between: async (_url, init, pass) =>
      String(init.body).includes('client_credentials')
        ? json({ error: 'invalid_request', error_description: 'client secret has expired' }, 400)
        : pass(),
    says: ['Management API', 'warning', /LOGTO_M2M_APP_SECRET of m2m-app has expired/, /new one/],
  },
  {
    is: 'C37 a tenant with another identifier of the Management API',
    between: async (_url, init, pass) =>
      String(init.body).includes('client_credentials')
        ? json({ error: 'invalid_target' }, 400)
        : pass(),
    says: ['Management API', 'warning', /400 invalid_target/, /^Set LOGTO_MANAGEMENT_API/],
  },
  {
    is: 'C36 a single-page application, by its settings',
    between: withApplication({ type: 'SPA' }),
    says: ['Application settings', 'error', /of the type SPA/, /Traditional web/],
  },
  {
    is: 'C36 a third-party application, which may not ask for every scope',
    between: all(withApplication({ isThirdParty: true }), denying('invalid_scope')),
    says: ['Application settings', 'error', /third-party/, /first-party/],
  },
  {
    is: 'C36 an application with access control',
    between: withApplication({ appLevelAccessControlEnabled: true }),
    says: ['Application settings', 'warning', /^access control is on/, /Access control/],
  },
  {
    is: 'C36 an API resource without a scope that the app asks for',
    environment: { API_RESOURCE: 'https://books.example/api' },
    between: changing('/api/resources', () => [
      { indicator: 'https://books.example/api', scopes: [{ name: 'read:books' }] },
    ]),
    says: ['API resource', 'warning', /lacks the scope write:books/, /Permissions/],
  },
  {
    is: 'C36 an API resource that is not there, which Logto says at the sign-in',
    environment: { API_RESOURCE: 'https://books.example/another' },
    between: denying('invalid_target'),
    says: [
      'Redirect URI',
      'error',
      /no API resource https:\/\/books.example\/another/,
      /create it/,
    ],
  },
  {
    is: 'a link to account pages that are off',
    environment: { LOGTO_ACCOUNT_CENTER: 'true' },
    between: changing('/api/.well-known/account-center', (body) => ({ ...body, enabled: false })),
    says: ['Account centre', 'error', /switched off/, /Account center/],
  },
  {
    is: 'C17 an app that a public Logto cannot reach',
    between: withMetadata({ backchannelLogoutUri: 'http://10.0.0.5:3000/backchannel-logout' }),
    says: [
      'Back-channel logout',
      'warning',
      /private address, which logto.example/,
      /^Register one .*https:\/\/app.example.com\/backchannel-logout/,
    ],
  },
  {
    is: 'C17 app and Logto in one private network',
    address: '10.0.0.5',
    says: ['Back-channel logout', 'warning', /calls no private/, /SSRF_PROTECTION_DISABLED=true/],
  },
];
