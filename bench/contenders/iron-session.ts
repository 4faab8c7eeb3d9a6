import express, { type Request, type Response } from 'express';
import { getIronSession } from 'iron-session';
import { finishSignIn, type Pending, type SignedIn, startSignIn } from './oidc.ts';
import { signedInPage, signedOutPage, useViews } from './page.ts';
import { PORT, SESSION_SECRET } from './settings.ts';

interface Data {
  pending?: Pending;
  signedIn?: Pick<SignedIn, 'claims'>;
}

/** Everything in the cookie: without the tokens, since cookies of more than 4,096 bytes are refused. */
const sessionOf = (req: Request, res: Response) =>
  getIronSession<Data>(req, res, {
    password: SESSION_SECRET,
    cookieName: 'iron',
    cookieOptions: { secure: false },
  });

const app = express();
useViews(app);
app.get('/', async (req, res) => {
  const { signedIn } = await sessionOf(req, res);
  if (signedIn) res.render('home-signed-in', signedInPage(signedIn.claims));
  else res.render('home', signedOutPage);
});
app.get('/account', async (req, res) => {
  const { signedIn } = await sessionOf(req, res);
  if (signedIn) res.send('Account');
  else res.redirect('/login');
});
app.get('/login', async (req, res) => {
  const session = await sessionOf(req, res);
  const { url, pending } = await startSignIn();
  session.pending = pending;
  await session.save();
  res.redirect(url);
});
app.get('/callback', async (req, res) => {
  const session = await sessionOf(req, res);
  if (!session.pending) {
    res.status(400).send('This sign-in was not begun here');
    return;
  }
  const { claims } = await finishSignIn(req.url, session.pending);
  delete session.pending;
  session.signedIn = { claims };
  await session.save();
  res.redirect('/');
});
app.listen(PORT, 'localhost');
