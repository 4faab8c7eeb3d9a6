import { createHash } from 'node:crypto';
import { serve } from '@hono/node-server';
import { type SessionEnv, useSession, useSessionStorage } from '@hono/session';
import { Hono } from 'hono';
import { setCookie } from 'hono/cookie';
import { logger } from 'hono/logger';
import { secureHeaders } from 'hono/secure-headers';
import { Redis } from 'ioredis';
import { finishSignIn, type Pending, type SignedIn, startSignIn } from './oidc.ts';
import { homePage } from './render.ts';
import { PORT, REDIS_URL, SESSION_SECRET, TWO_WEEKS } from './settings.ts';

type Data = { pending?: Pending; signedIn?: SignedIn };

const redis = new Redis(REDIS_URL);
const key = (id: string) => `hono:${id}`;
const app = new Hono<SessionEnv<Data>>();
app.use(logger());
app.use(secureHeaders());
app.use(
  useSessionStorage<Data, SessionEnv<Data>>({
    get: async (id) => {
      const json = await redis.get(key(id));
      return json ? JSON.parse(json) : null;
    },
    set: (id, data) => void redis.set(key(id), JSON.stringify(data), 'PX', TWO_WEEKS),
    delete: (id) => void redis.del(key(id)),
  }),
  useSession<Data>({
    // Its key made once: of a string, it would derive one for each request.
    secret: createHash('sha256').update(SESSION_SECRET).digest(),
    duration: { absolute: TWO_WEEKS / 1000 },
    // The benchmark's addresses are http.
    setCookie: (c, name, value, options) =>
      setCookie(c, name, value, { ...options, secure: false }),
  }),
);
app.get('/', async (c) => {
  const data = await c.var.session.get();
  return c.html(await homePage(data?.signedIn?.claims));
});
app.get('/account', async (c) => {
  const data = await c.var.session.get();
  return data?.signedIn ? c.text('Account') : c.redirect('/login');
});
app.get('/login', async (c) => {
  const { url, pending } = await startSignIn();
  await c.var.session.update({ pending });
  return c.redirect(url);
});
app.get('/callback', async (c) => {
  const data = await c.var.session.get();
  if (!data?.pending) return c.text('This sign-in was not begun here', 400);
  const signedIn = await finishSignIn(c.req.url, data.pending);
  await c.var.session.update({ signedIn });
  return c.redirect('/');
});
serve({ fetch: app.fetch, port: PORT, hostname: 'localhost' });
