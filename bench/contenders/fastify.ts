import cookie from '@fastify/cookie';
import session from '@fastify/session';
import { RedisStore } from 'connect-redis';
import fastify from 'fastify';
import { Redis } from 'ioredis';
import { finishSignIn, type Pending, type SignedIn, startSignIn } from './oidc.ts';
import { homePage } from './render.ts';
import { PORT, REDIS_URL, SESSION_SECRET, TWO_WEEKS } from './settings.ts';

declare module 'fastify' {
  interface Session {
    pending?: Pending | undefined;
    signedIn?: SignedIn;
  }
}

/** Logs each request, as Fastify's docs have it for production. */
const app = fastify({ logger: true, trustProxy: 'loopback' });
await app.register(cookie);
await app.register(session, {
  secret: SESSION_SECRET,
  cookie: { maxAge: TWO_WEEKS, secure: false, sameSite: 'lax' },
  store: new RedisStore({ client: new Redis(REDIS_URL), prefix: 'fastify:' }),
  saveUninitialized: false,
  rolling: false,
});
app.get('/', async (req, reply) => {
  return reply.type('text/html; charset=utf-8').send(await homePage(req.session.signedIn?.claims));
});
app.get('/account', (req, reply) => {
  if (!req.session.signedIn) return reply.redirect('/login');
  return reply.send('Account');
});
app.get('/login', async (req, reply) => {
  const { url, pending } = await startSignIn();
  req.session.pending = pending;
  return reply.redirect(url);
});
app.get('/callback', async (req, reply) => {
  const { pending } = req.session;
  if (!pending) return reply.code(400).send('This sign-in was not begun here');
  const signedIn = await finishSignIn(req.url, pending);
  // Another ID once somebody is signed in, against session fixation.
  await req.session.regenerate();
  req.session.signedIn = signedIn;
  return reply.redirect('/');
});
await app.listen({ port: PORT, host: 'localhost' });
