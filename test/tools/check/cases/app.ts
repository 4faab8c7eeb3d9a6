import { answering, type Case, changingHeaders, failing } from '../between.ts';
import { json } from '../real-logto.ts';
import { APP } from '../set-up.ts';

export const APP_CASES: Case[] = [
  {
    is: 'another program at BASE_URL',
    between: answering('/healthz', () => new Response('Hello')),
    says: ['Running app', 'error', /something else than this app/, /BASE_URL or PORT/],
  },
  {
    is: 'a certificate of the app for another name',
    between: failing(APP, 'ERR_TLS_CERT_ALTNAME_INVALID'),
    says: ['Running app', 'error', /certificate of app.example.com/, /Renew/],
  },
  {
    is: 'C23 a proxy that does not say X-Forwarded-Proto',
    between: async (url, init, pass) => {
      const headers = new Headers(init.headers);
      headers.delete('x-forwarded-proto');
      return pass(url.origin === APP ? { ...init, headers } : init);
    },
    says: ['Through the proxy', 'error', /takes its requests for plain http/, /X-Forwarded-Proto/],
  },
  {
    is: 'C37 a proxy that changes Host, so that the home page redirects to itself',
    between: answering('/', () => Response.redirect(`${APP}/`, 302)),
    says: [
      'Through the proxy',
      'error',
      /redirects to https:\/\/app.example.com\/, at BASE_URL itself$/,
      /^Let the proxy pass the Host header on .*proxy_set_header Host \$http_host/,
    ],
  },
  {
    is: 'C37 a proxy that changes Host, as the app says itself',
    between: answering('/', () => json({ reason: 'unexpected_host' }, 400)),
    says: ['Through the proxy', 'error', /answers 400 \(unexpected_host\)$/, /Host header/],
  },
  {
    is: 'C37 a proxy that redirects every path to the home page',
    between: answering('/healthz', () => Response.redirect(`${APP}/`, 302)),
    says: ['Running app', 'error', /at BASE_URL itself$/, /every path as it is/],
  },
  {
    is: 'a home page that is elsewhere',
    between: answering('/', () => Response.redirect('https://www.example.com/', 302)),
    says: ['Through the proxy', 'error', /redirects to https:\/\/www.example.com$/, /Set BASE_URL/],
  },
  {
    is: 'a proxy that drops Strict-Transport-Security',
    between: changingHeaders('/', (headers) => headers.delete('strict-transport-security')),
    says: ['Through the proxy', 'warning', /Strict-Transport-Security is missing/, /proxy/],
  },
  {
    is: 'a proxy that changes cookies',
    between: changingHeaders('/sign-in', (headers) => {
      const cookie = headers.get('set-cookie') ?? '';
      headers.set('set-cookie', `${cookie}; Domain=example.com`);
    }),
    says: ['Sign-in of the app', 'error', /browsers drop it/, /Set-Cookie/],
  },
  {
    is: 'an app that runs with another environment',
    between: changingHeaders('/sign-in', (headers) => {
      const location = headers.get('location') ?? '';
      headers.set('location', location.replace('client_id=test-app', 'client_id=old-app'));
    }),
    says: ['Sign-in of the app', 'error', /another LOGTO_APP_ID than/, /Restart the app/],
  },
  {
    is: 'a proxy that lets no back-channel call through',
    between: answering('/backchannel-logout', () => new Response('no', { status: 405 })),
    says: ['Back-channel of the app', 'warning', /answers 405 instead of 400/, /POST/],
  },
];
