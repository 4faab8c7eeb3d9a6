import { once } from 'node:events';
import { createServer } from 'node:http';
import express from 'express';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type StandIns, startStandIns } from '../../demo/stand-ins.ts';
import { type Doorstep, doorstep, requireScope, requireSignIn } from '../../src/doorstep/index.ts';
import { createLogger } from '../../src/doorstep/logger.ts';
import { portOf } from '../../src/server/listen.ts';
import { eventually } from '../harness/eventually.ts';
import { freePort } from '../harness/free-port.ts';
import { takePort } from '../harness/process.ts';

const API = 'https://pages.example/api';

/** docs/testing-your-app.md has the usual way, and test/deploy/package.test.ts runs that. */
describe('C67 doorstep/stand-ins, what can be chosen and changed', () => {
  const server = createServer();
  let url: string;
  let standIns: StandIns;
  let auth: Doorstep;
  let webhookAnswer: number | null = null;

  beforeAll(async () => {
    await once(server.listen(0, 'localhost'), 'listening');
    url = `http://localhost:${portOf(server)}`;
    const paths = {
      signIn: '/login',
      callback: '/back',
      backchannelLogout: '/out',
      webhook: '/told',
    };
    standIns = await startStandIns({
      appUrl: url,
      apiResource: API,
      roles: { editor: ['write:pages'] },
      paths,
      accounts: [
        {
          username: 'grace',
          name: 'Grace Hopper',
          email: 'grace@example.org',
          isPro: true,
          roles: ['editor'],
          organizations: [{ id: 'navy', roles: ['admin'] }],
          huggingFaceOrganizations: [{ username: 'compilers' }],
        },
        { username: 'anon' },
      ],
    });
    const logger = createLogger('silent');
    const env = { ...standIns.environment, LOGTO_ORGANIZATIONS: 'true' };
    auth = await doorstep({ env, paths, logger, apiScopes: ['write:pages'] });
    const app = express();
    app.post('/told', (_req, res, next) => {
      if (webhookAnswer === null) next();
      else res.sendStatus(webhookAnswer);
    });
    app.use(auth.middleware);
    app.get('/me', requireSignIn, ({ auth: { name, username, roles, organizations } }, res) => {
      res.json({ name, roles, organizations: organizations.map(({ id }) => id), username });
    });
    app.get('/pages', requireScope('write:pages'), (_req, res) => void res.send('write'));
    app.use(auth.errorHandler);
    server.on('request', app);
  });
  afterAll(async () => {
    server.close();
    await auth.close();
    await standIns.close();
  });

  const get = (path: string, cookie: string) =>
    fetch(url + path, { headers: { cookie, accept: 'text/html' }, redirect: 'manual' });

  it('C67 people have the names, roles, organizations and permissions that they were given', async () => {
    const grace = await standIns.signIn('grace', '/me');
    expect(grace).toMatchObject({ status: 200, url: `${url}/me` });
    expect(await (await get('/me', grace.cookie)).json()).toMatchObject({
      name: 'Grace Hopper',
      roles: ['editor', 'reader'],
      organizations: ['navy'],
    });
    expect((await get('/pages', grace.cookie)).status).toBe(200);
    const anon = await standIns.signIn('anon');
    expect((await get('/pages', anon.cookie)).status).toBe(403);
    await expect(standIns.signIn('ada-l')).rejects.toThrow('there are grace, anon');
  });

  it.each(['signOut', 'deleteUser'] as const)(
    'C67 %s ends the sessions in the app',
    async (how) => {
      const { cookie } = await standIns.signIn('anon');
      expect((await get('/me', cookie)).status).toBe(200);
      await standIns.logto[how]('anon');
      expect((await get('/me', cookie)).status).toBe(303);
    },
  );

  it.each(['deleteUser', 'suspend'] as const)(
    'C92 %s fails when the app does not take the webhook',
    async (how) => {
      await standIns.signIn('anon');
      webhookAnswer = 503;
      onTestFinished(() => {
        webhookAnswer = null;
      });
      await expect(standIns.logto[how]('anon')).rejects.toThrow(
        `The app answers 503 at ${url}/told`,
      );
    },
  );

  it('C67 Redis goes and comes back, and keeps what it has', async () => {
    const { cookie } = await standIns.signIn('grace');
    await standIns.redis.down();
    expect((await get('/me', cookie)).status).toBe(503);
    await standIns.redis.up();
    await eventually(async () => expect((await get('/me', cookie)).status).toBe(200));
  });

  it('C67 a taken port is an error, and nothing is left listening', async () => {
    const { port, free } = await takePort();
    const logto = await freePort();
    const starting = startStandIns({ ports: { logto, redis: Number(port) } });
    await expect(starting).rejects.toMatchObject({ code: 'EADDRINUSE' });
    await expect(fetch(`http://localhost:${logto}`)).rejects.toThrow('fetch failed');
    free();
  });

  it('C67 a sign-in where no app listens says so', async () => {
    const alone = await startStandIns({ appUrl: `http://localhost:${await freePort()}` });
    await expect(alone.signIn('ada-l')).rejects.toThrow('is the app listening?');
    await alone.close();
  });
});
