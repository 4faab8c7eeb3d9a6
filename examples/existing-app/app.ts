/** A small shop with EJS, helmet, a webhook, a basket and a users table. What the kit needs is marked. */
import { fileURLToPath } from 'node:url';
import { doorstep, type NewSignIn, requireSignIn } from 'doorstep'; // kit
import express from 'express';
import helmet from 'helmet';

declare module 'express-session' {
  interface SessionData {
    basket: string[];
    userId: number;
  }
}

const users = new Map<string, { id: number; name: string; orders: string[][] }>();

const app = express();
app.set('view engine', 'ejs');
app.set('views', fileURLToPath(new URL('views', import.meta.url)));
app.use(helmet());

const auth = await doorstep({ visitorSessions: 'when-written', onSignIn: toRow }); // kit
app.use(auth.middleware); // kit

/** A person is issuer and sub together. The id of their row goes into the session. */
function toRow({ iss, sub, name }: NewSignIn) {
  const key = `${iss} ${sub}`;
  const user = users.get(key) ?? { id: users.size + 1, name: name ?? 'Somebody', orders: [] };
  users.set(key, user);
  return { userId: user.id }; // kit
}

/** The row of whoever is signed in. */
const rowOf = (userId?: number) => [...users.values()].find(({ id }) => id === userId);

app.get('/', (req, res) => {
  const name = req.auth.isAuthenticated ? rowOf(req.session.userId)?.name : undefined;
  res.render('home', { name, basket: req.session.basket ?? [] });
});

app.post('/basket', express.urlencoded(), async (req, res) => {
  req.session.basket = [...(req.session.basket ?? []), String(req.body.item).slice(0, 40)];
  await auth.save(req); // kit
  res.redirect('/');
});

app.get('/orders', requireSignIn, (req, res) => {
  res.render('orders', { orders: rowOf(req.session.userId)?.orders ?? [] });
});

app.post('/orders', requireSignIn, async (req, res) => {
  rowOf(req.session.userId)?.orders.push(req.session.basket ?? []);
  req.session.basket = [];
  await auth.save(req); // kit
  res.redirect('/orders');
});

// From another server: no cookie, no Origin, and no session is opened for it.
app.post('/webhooks/payment', express.json(), (_req, res) => {
  res.sendStatus(204);
});

app.use(auth.errorHandler); // kit
app.listen(process.env.PORT ?? 3000);
