import { RedisStore } from 'connect-redis';
import express from 'express';
import session from 'express-session';
import { Redis } from 'ioredis';
import type * as oidc from 'openid-client';
import { Strategy } from 'openid-client/passport';
import passport from 'passport';
import { config } from './oidc.ts';
import { type Person, signedInPage, signedOutPage, useViews } from './page.ts';
import { BASE_URL, PORT, REDIS_URL, SCOPE, SESSION_SECRET, TWO_WEEKS } from './settings.ts';

declare global {
  namespace Express {
    interface User {
      claims?: Person | undefined;
      tokens?: Record<string, string | undefined>;
    }
  }
}

passport.use(
  'logto',
  new Strategy(
    { config, scope: SCOPE, callbackURL: `${BASE_URL}/callback` },
    (answer: oidc.TokenEndpointResponse & oidc.TokenEndpointResponseHelpers, done) => {
      const { id_token, access_token, refresh_token } = answer;
      const claims: Person | undefined = answer.claims();
      done(null, { claims, tokens: { id_token, access_token, refresh_token } });
    },
  ),
);
passport.serializeUser((user, done) => done(null, user));
passport.deserializeUser((user: Express.User, done) => done(null, user));

const app = express();
useViews(app);
app.use(
  session({
    secret: SESSION_SECRET,
    cookie: { maxAge: TWO_WEEKS },
    store: new RedisStore({ client: new Redis(REDIS_URL), prefix: 'passport:' }),
    resave: false,
    saveUninitialized: false,
  }),
);
app.use(passport.session());
app.get('/login', passport.authenticate('logto', { prompt: 'consent' }));
app.get('/callback', passport.authenticate('logto', { successRedirect: '/' }));
app.get('/', (req, res) => {
  if (!req.user?.claims) return res.render('home', signedOutPage);
  res.render('home-signed-in', signedInPage(req.user.claims));
});
app.get('/account', (req, res) => {
  if (!req.isAuthenticated()) return res.redirect('/login');
  res.send('Account');
});
app.listen(PORT, 'localhost');
