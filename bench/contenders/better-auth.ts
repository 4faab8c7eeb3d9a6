import { betterAuth } from 'better-auth';
import { memoryAdapter } from 'better-auth/adapters/memory';
import { fromNodeHeaders, toNodeHandler } from 'better-auth/node';
import { genericOAuth } from 'better-auth/plugins';
import express from 'express';
import { Redis } from 'ioredis';
import { signedInPage, signedOutPage, useViews } from './page.ts';
import {
  APP_ID,
  APP_SECRET,
  BASE_URL,
  ISSUER,
  PORT,
  REDIS_URL,
  SCOPE,
  SESSION_SECRET,
} from './settings.ts';

const redis = new Redis(REDIS_URL);
const key = (name: string) => `better-auth:${name}`;

/**
 * Sessions in Redis. Users and accounts need a database besides: here its adapter for memory, which
 * is cheaper than any that could be used in production. BENCH_COOKIE_CACHE=on keeps the session in a
 * cookie too, so that a page asks nobody.
 */
const auth = betterAuth({
  baseURL: BASE_URL,
  secret: SESSION_SECRET,
  database: memoryAdapter({ user: [], session: [], account: [], verification: [] }),
  secondaryStorage: {
    get: (name) => redis.get(key(name)),
    getAndDelete: (name) => redis.getdel(key(name)),
    async set(name, value, seconds) {
      if (seconds) await redis.set(key(name), value, 'EX', seconds);
      else await redis.set(key(name), value);
    },
    async delete(name) {
      await redis.del(key(name));
    },
    async increment(name, seconds) {
      const count = await redis.incr(key(name));
      if (count === 1) await redis.expire(key(name), seconds);
      return count;
    },
  },
  session: { cookieCache: { enabled: process.env.BENCH_COOKIE_CACHE === 'on' } },
  user: { additionalFields: { subject: { type: 'string', required: false } } },
  telemetry: { enabled: false },
  plugins: [
    genericOAuth({
      config: [
        {
          providerId: 'logto',
          discoveryUrl: `${ISSUER}/.well-known/openid-configuration`,
          requireIdTokenVerification: true,
          clientId: APP_ID,
          clientSecret: APP_SECRET,
          authentication: 'basic',
          redirectURI: `${BASE_URL}/api/auth/callback/logto`,
          scopes: SCOPE.split(' '),
          prompt: 'consent',
          overrideUserInfo: true,
          mapProfileToUser: ({ sub }) => ({ subject: String(sub) }),
        },
      ],
    }),
  ],
});

const app = express();
useViews(app);
app.all('/api/auth/{*any}', toNodeHandler(auth));
app.get('/login', async (_req, res) => {
  const { headers, response } = await auth.api.signInSocial({
    body: { provider: 'logto', callbackURL: `${BASE_URL}/` },
    returnHeaders: true,
  });
  res.setHeader('Set-Cookie', headers.getSetCookie());
  res.redirect(response.url ?? '/');
});
app.get('/', async (req, res) => {
  const found = await auth.api.getSession({ headers: fromNodeHeaders(req.headers) });
  if (!found) return res.render('home', signedOutPage);
  const { name, image, subject } = found.user;
  const iat = found.session.createdAt.getTime() / 1000;
  res.render('home-signed-in', signedInPage({ sub: subject ?? '', name, picture: image, iat }));
});
app.get('/account', async (req, res) => {
  const found = await auth.api.getSession({ headers: fromNodeHeaders(req.headers) });
  if (!found) return res.redirect('/login');
  res.send('Account');
});
app.listen(PORT, 'localhost');
