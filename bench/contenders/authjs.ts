import { ExpressAuth, type ExpressAuthConfig, getSession } from '@auth/express';
import express from 'express';
import { type Person, signedInPage, signedOutPage, useViews } from './page.ts';
import { APP_ID, APP_SECRET, ISSUER, PORT, SCOPE, SESSION_SECRET } from './settings.ts';

/** Its sessions are encrypted cookies, which is what it does unless it is given a database. */
const config: ExpressAuthConfig = {
  secret: SESSION_SECRET,
  trustHost: true,
  providers: [
    {
      id: 'logto',
      name: 'Logto',
      type: 'oidc',
      issuer: ISSUER,
      clientId: APP_ID,
      clientSecret: APP_SECRET,
      client: { id_token_signed_response_alg: 'ES384' },
      authorization: { params: { scope: SCOPE, prompt: 'consent' } },
      checks: ['pkce', 'state'],
    },
  ],
  callbacks: {
    jwt({ token, account, profile }) {
      if (!account) return token;
      const { id_token, access_token, refresh_token } = account;
      return { ...token, profile, id_token, access_token, refresh_token };
    },
    session({ session, token }) {
      return { ...session, profile: token.profile };
    },
  },
};

declare module '@auth/core/types' {
  interface Session {
    profile?: Person;
  }
}

const app = express();
useViews(app);
app.set('trust proxy', 'loopback');
// As a pattern: it reads params[0], which Express 5 fills for these only.
app.use(/^\/auth\/(.*)/, ExpressAuth(config));
app.get('/', async (req, res) => {
  const session = await getSession(req, config);
  if (!session?.profile) return res.render('home', signedOutPage);
  res.render('home-signed-in', signedInPage(session.profile));
});
app.get('/account', async (req, res) => {
  const session = await getSession(req, config);
  if (!session) return res.redirect('/auth/signin');
  res.send('Account');
});
app.listen(PORT, 'localhost');
