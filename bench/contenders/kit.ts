import express from 'express';
// biome-ignore lint/style/noRestrictedImports: the kit as it was built, by its one door.
import { doorstep, requireSignIn } from '../../dist/src/doorstep/index.js';
import { signedInPage, signedOutPage, useViews } from './page.ts';
import { PORT } from './settings.ts';

/** The kit alone, as in examples/minimal, with the page that all contenders show. */
const app = express();
app.set('trust proxy', 'loopback');
useViews(app);
const auth = await doorstep();
app.use(auth.middleware);
app.get('/', (req, res) => {
  if (!req.auth.isAuthenticated) return res.render('home', signedOutPage);
  const { sub, name, username, picture } = req.auth;
  const iat = Math.floor(Date.now() / 1000);
  res.render('home-signed-in', signedInPage({ sub, name, username, picture, iat }));
});
app.get('/account', requireSignIn, (_req, res) => {
  res.send('Account');
});
app.use(auth.errorHandler);
app.listen(PORT, 'localhost');
