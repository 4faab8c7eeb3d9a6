import secureSession from '@fastify/secure-session';
import fastify from 'fastify';
import { finishSignIn, type Pending, type SignedIn, startSignIn } from './oidc.ts';
import { homePage } from './render.ts';
import { PORT, SESSION_SECRET, TWO_WEEKS } from './settings.ts';

declare module '@fastify/secure-session' {
  interface SessionData {
    pending: Pending;
    signedIn: SignedIn;
  }
}

/** Everything in the cookie: who is signed in stays so until it expires. */
const app = fastify({ logger: true, trustProxy: 'loopback' });
await app.register(secureSession, {
  secret: SESSION_SECRET,
  salt: 'bench-salt-16byt',
  expiry: TWO_WEEKS / 1000,
  cookie: { path: '/', httpOnly: true, sameSite: 'lax' },
});
app.get('/', async (req, reply) => {
  const signedIn = req.session.get('signedIn');
  return reply.type('text/html; charset=utf-8').send(await homePage(signedIn?.claims));
});
app.get('/account', (req, reply) => {
  if (!req.session.get('signedIn')) return reply.redirect('/login');
  return reply.send('Account');
});
app.get('/login', async (req, reply) => {
  const { url, pending } = await startSignIn();
  req.session.set('pending', pending);
  return reply.redirect(url);
});
app.get('/callback', async (req, reply) => {
  const pending = req.session.get('pending');
  if (!pending) return reply.code(400).send('This sign-in was not begun here');
  const signedIn = await finishSignIn(req.url, pending);
  req.session.regenerate();
  req.session.set('signedIn', signedIn);
  return reply.redirect('/');
});
await app.listen({ port: PORT, host: 'localhost' });
