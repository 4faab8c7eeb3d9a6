import { handleAuthRoutes, type LogtoExpressConfig, withLogto } from '@logto/express';
import { UserScope } from '@logto/node';
import { RedisStore } from 'connect-redis';
import express from 'express';
import session from 'express-session';
import { Redis } from 'ioredis';
import { signedInPage, signedOutPage, useViews } from './page.ts';
import {
  APP_ID,
  APP_SECRET,
  BASE_URL,
  LOGTO_ENDPOINT,
  PORT,
  REDIS_URL,
  SESSION_SECRET,
  TWO_WEEKS,
} from './settings.ts';

/** The stack of Logto's tutorial for Express, with sessions in Redis. */
const config: LogtoExpressConfig = {
  appId: APP_ID,
  appSecret: APP_SECRET,
  endpoint: LOGTO_ENDPOINT,
  baseUrl: BASE_URL,
  scopes: [UserScope.Email, UserScope.Identities],
};

const app = express();
useViews(app);
app.use(
  session({
    secret: SESSION_SECRET,
    cookie: { maxAge: TWO_WEEKS },
    store: new RedisStore({ client: new Redis(REDIS_URL), prefix: 'plain:' }),
    resave: false,
    saveUninitialized: false,
  }),
);
app.use(handleAuthRoutes(config));
app.get('/', withLogto(config), (req, res) => {
  if (!req.user.isAuthenticated || !req.user.claims) return res.render('home', signedOutPage);
  res.render('home-signed-in', signedInPage(req.user.claims));
});
app.get('/account', withLogto(config), (req, res) => {
  if (!req.user.isAuthenticated) return res.redirect('/logto/sign-in');
  res.send('Account');
});
app.listen(PORT, 'localhost');
