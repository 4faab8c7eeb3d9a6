import express from 'express';
import openid, { type SessionStore } from 'express-openid-connect';
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

/** With its cookie session, or with BENCH_STORE=redis: what connect-redis does, less its types. */
const store = process.env.BENCH_STORE === 'redis' ? redisStore(new Redis(REDIS_URL)) : undefined;

const app = express();
useViews(app);
app.use(
  openid.auth({
    authRequired: false,
    issuerBaseURL: ISSUER,
    baseURL: BASE_URL,
    clientID: APP_ID,
    clientSecret: APP_SECRET,
    secret: SESSION_SECRET,
    idTokenSigningAlg: 'ES384',
    authorizationParams: { response_type: 'code', scope: SCOPE, prompt: 'consent' },
    session: store ? { store } : {},
  }),
);
app.get('/', (req, res) => {
  const claims = req.oidc.idTokenClaims;
  if (!req.oidc.isAuthenticated() || !claims) return res.render('home', signedOutPage);
  res.render('home-signed-in', signedInPage({ ...claims, username: null }));
});
app.get('/account', openid.requiresAuth(), (_req, res) => {
  res.send('Account');
});
app.listen(PORT, 'localhost');

function redisStore(redis: Redis): SessionStore {
  const key = (id: string) => `eoidc:${id}`;
  return {
    get: (id, callback) => {
      redis.get(key(id)).then((json) => callback(null, json ? JSON.parse(json) : null), callback);
    },
    set: (id, session, callback) => {
      const seconds = Math.ceil((session.cookie.expires - Date.now()) / 1000);
      redis.set(key(id), JSON.stringify(session), 'EX', seconds).then(() => callback?.(), callback);
    },
    destroy: (id, callback) => {
      redis.del(key(id)).then(() => callback?.(), callback);
    },
  };
}
