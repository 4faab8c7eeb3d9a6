import { createHmac } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LocalServer, listenOnLocalhost } from '../../demo/hugging-face/local-server.ts';
import { type StandIns, startStandIns } from '../harness/stand-ins.ts';
import { createBrowser } from './browser.ts';
import { appUrl, createRelyingParty, PLAIN } from './relying-party.ts';

const KEY = 'Zt4mWq9xKc2vRb7nLs5hYp8dGf3jTe6u';

interface Arrived {
  method: string | undefined;
  path: string | undefined;
  headers: IncomingMessage['headers'];
  body: string;
}

describe('F65 webhooks of the stand-in for Logto, as a real one sends them', () => {
  let standIns: StandIns;
  let receiver: LocalServer;
  let arrived: Arrived[];
  let answer: (req: IncomingMessage, res: ServerResponse) => void;
  beforeEach(async () => {
    arrived = [];
    answer = (_req, res) => void res.writeHead(204).end();
    standIns = await startStandIns(appUrl, PLAIN);
    receiver = await listenOnLocalhost(async (req, res) => {
      const { method, url: path, headers } = req;
      const body = Buffer.concat(await req.toArray()).toString();
      arrived.push({ method, path, headers, body });
      answer(req, res);
    }, 0);
    standIns.logto.setWebhook({ url: `${receiver.url}/hook`, signingKey: KEY });
  });
  afterEach(() => Promise.all([standIns.close(), receiver.close()]));

  it('F65 headers, signature and body of a suspension', async () => {
    const { sub } = standIns.logto.users.register('zoë_🤗');
    expect(await standIns.logto.suspend(sub)).toEqual({ status: 204, body: '' });
    const [first] = arrived;
    if (!first) throw new Error('Nothing arrived');
    const { method, headers, body } = first;
    expect([method, headers['user-agent'], headers['content-type']]).toEqual([
      'POST',
      'Logto (https://logto.io/)',
      'application/json',
    ]);
    expect(headers['logto-signature-sha-256']).toBe(
      createHmac('sha256', KEY).update(body, 'utf8').digest('hex'),
    );
    const said = JSON.parse(body);
    expect(said).toMatchObject({
      event: 'User.SuspensionStatus.Updated',
      path: `/users/${sub}/is-suspended`,
      method: 'PATCH',
      status: 200,
      params: { userId: sub },
      matchedRoute: '/users/:userId/is-suspended',
      data: { id: sub, isSuspended: true, updatedAt: expect.any(Number) },
      hookId: expect.any(String),
    });
    expect(said.createdAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(Object.keys(said)).toEqual([
      'event',
      'createdAt',
      'userAgent',
      'ip',
      'path',
      'method',
      'status',
      'params',
      'matchedRoute',
      'data',
      'hookId',
    ]);
  });

  it('F65 by the time it arrives the tokens are dead', async () => {
    const app = createRelyingParty(standIns);
    const { tokens } = await app.signIn(createBrowser());
    const [user] = standIns.logto.users.all();
    let refreshed: number | undefined;
    answer = async (_req, res) => {
      refreshed = (await app.refresh(tokens.refresh_token)).status;
      res.writeHead(204).end();
    };
    await standIns.logto.suspend(user?.sub ?? '');
    expect(refreshed).toBe(400);
  });

  it.each([400, 408, 429, 500, 503])('F65 once, also after %i', async (status) => {
    answer = (_req, res) => void res.writeHead(status, { 'retry-after': '0' }).end();
    const { sub } = standIns.logto.users.register('somebody');
    expect((await standIns.logto.delete(sub))?.status).toBe(status);
    expect(arrived).toHaveLength(1);
  });

  it('F65 once, also where the connection is cut or refused', async () => {
    answer = (req) => void req.socket.destroy();
    const { sub } = standIns.logto.users.register('somebody');
    expect(await standIns.logto.suspend(sub)).toBeNull();
    expect(arrived).toHaveLength(1);
    await receiver.down();
    expect(await standIns.logto.suspend(sub, false)).toBeNull();
    expect(arrived).toHaveLength(1);
  });

  it.each([
    [302, 'GET', 204],
    [307, 'POST', 204],
  ])(
    'F65 follows a %i by %s, and takes what comes then for the answer',
    async (status, method, end) => {
      answer = (req, res) => {
        const isRedirected = req.url === '/elsewhere';
        res.writeHead(isRedirected ? end : status, isRedirected ? {} : { location: '/elsewhere' });
        res.end();
      };
      const { sub } = standIns.logto.users.register('somebody');
      expect((await standIns.logto.suspend(sub))?.status).toBe(end);
      expect(arrived.map((one) => [one.path, one.method])).toEqual([
        ['/hook', 'POST'],
        ['/elsewhere', method],
      ]);
    },
  );

  it('F65 memberships: the two lists, and an empty one is left out', async () => {
    const { logto } = standIns;
    const [one, two] = [logto.users.register('one'), logto.users.register('two')];
    await logto.changeMembers('org1', { added: [one.sub, two.sub] });
    await logto.changeMembers('org1', { removed: [one.sub] });
    const bodies = arrived.map(({ body }) => JSON.parse(body));
    expect(bodies).toMatchObject([
      { organizationId: 'org1', addedUserIds: [one.sub, two.sub] },
      { organizationId: 'org1', removedUserIds: [one.sub] },
    ]);
    expect(bodies[0]).not.toHaveProperty('removedUserIds');
    expect(one.organizations).toEqual([]);
    expect(two.organizations).toMatchObject([{ id: 'org1' }]);
  });

  it('F65 a sign-in with Hugging Face takes over name and picture, and says so without params', async () => {
    const app = createRelyingParty(standIns);
    const signIn = () => app.signIn(createBrowser());
    await signIn();
    expect(arrived).toEqual([]);
    await signIn();
    const [body] = arrived.map((one) => JSON.parse(one.body));
    expect(body).toMatchObject({ event: 'User.Data.Updated', data: { name: 'Ada Lovelace' } });
    expect(body).not.toHaveProperty('params');
    expect(body).not.toHaveProperty('path');
  });

  it('F65 only what it is set up for', async () => {
    const events = ['User.Deleted'];
    standIns.logto.setWebhook({ url: `${receiver.url}/hook`, signingKey: KEY, events });
    const { sub } = standIns.logto.users.register('somebody');
    expect(await standIns.logto.suspend(sub)).toBeNull();
    expect((await standIns.logto.delete(sub))?.status).toBe(204);
    standIns.logto.setWebhook(null);
    expect(await standIns.logto.announce('User.Deleted')).toBeNull();
    expect(arrived).toHaveLength(1);
  });
});
