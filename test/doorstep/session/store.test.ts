import express, { type Request } from 'express';
import session, { type SessionData } from 'express-session';
import request from 'supertest';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { EmbeddedRedis } from '../../../demo/redis.ts';
import { Sealer } from '../../../src/doorstep/crypto/sealer.ts';
import { SessionStoreUnavailable } from '../../../src/doorstep/errors.ts';
import {
  type AppSession,
  saveSession,
  sessionOf,
  settled,
} from '../../../src/doorstep/session/session.ts';
import { SessionStore } from '../../../src/doorstep/session/store.ts';
import { SESSION_SECRET } from '../../harness/doorstep.ts';

const cookie = { httpOnly: true, secure: false, sameSite: 'lax', path: '/' } as const;
const user = {
  iss: 'https://logto.example/oidc',
  sub: 'ada',
  sid: null,
  name: 'Ada',
  username: null,
  picture: null,
  signedInAt: Date.now(),
  checkedAt: Date.now(),
  endsAt: Date.now() + 600_000,
  roles: [],
  organizations: [],
  device: { name: 'Chrome on Linux', kind: 'laptop' } as const,
};
const record = (): SessionData => ({
  cookie: { ...cookie, originalMaxAge: 1000 },
  idToken: 'x',
  user,
});

describe('the session store', () => {
  let redis: EmbeddedRedis;
  const storeWith = (secret = SESSION_SECRET) =>
    new SessionStore({
      redis,
      sealer: new Sealer([secret]),
      cookie,
      idleMs: 60_000,
      now: Date.now,
    });
  beforeEach(() => {
    redis = new EmbeddedRedis();
  });

  const set = (store: SessionStore, id: string, data: SessionData) =>
    new Promise<unknown>((resolve) => store.set(id, data, resolve));
  const get = (store: SessionStore, id: string) =>
    new Promise<SessionData | null | undefined>((resolve, reject) =>
      store.get(id, (error, data) => (error ? reject(error) : resolve(data))),
    );

  it('C2 the first save is NX and every later one XX: a deleted session stays deleted', async () => {
    const store = storeWith();
    const session = record();
    await set(store, 'id', session);
    expect(await get(store, 'id')).toMatchObject({ idToken: 'x' });
    await redis.del('session:id');
    await set(store, 'id', session);
    expect(await get(store, 'id')).toBeNull();
  });

  it('keeps no cookie in Redis, and reads one without an expiry', async () => {
    const store = storeWith();
    await set(store, 'id', record());
    expect((await get(store, 'id'))?.cookie).toEqual({ ...cookie, originalMaxAge: null });
  });

  it('a record sealed with a secret that is gone, or for another id, is no session', async () => {
    await set(storeWith(), 'mine', record());
    const stolen = await redis.getBuffer('session:mine');
    await redis.set('session:other', stolen ?? '', 'PX', 60_000, 'NX');
    expect(await get(storeWith(), 'other')).toBeNull();
    expect(await get(storeWith(`${SESSION_SECRET}x`), 'mine')).toBeNull();
    expect(await get(storeWith(), 'mine')).not.toBeNull();
  });

  it('C21 an outage is an error of its own, never "no session"', async () => {
    const store = storeWith();
    redis.getexBuffer = () => Promise.reject(new Error('Connection is closed.'));
    await expect(get(store, 'id')).rejects.toBeInstanceOf(SessionStoreUnavailable);
    redis.set = () => Promise.reject(new Error('OOM'));
    expect(await set(store, 'id', record())).toBeInstanceOf(SessionStoreUnavailable);
  });

  it('never scans: all, ids, length and clear throw', async () => {
    const store = storeWith();
    for (const act of [store.all, store.ids, store.length, store.clear]) {
      await expect(act.call(store)).rejects.toThrow('never scanned');
    }
  });

  it('S10 a session that this secret does not open is told from one that is gone', async () => {
    await set(storeWith(), 'id', record());
    const other = storeWith(`${SESSION_SECRET}-another`);
    expect(await other.peek('id')).toMatchObject({ user: null });
    expect(await other.peek('nobody')).toBeNull();
    expect((await storeWith().peek('id'))?.user?.sub).toBe('ada');
  });
});

describe('what a request does to its session', () => {
  type Act = (session: AppSession, req: Request) => unknown;
  const acts: Record<string, Act> = {
    'reads it only': () => {},
    'changes something deep inside': ({ user }) => Object.assign(user?.device ?? {}, { name: 'X' }),
    'adds to a list': ({ user }) => user?.roles.push('editor'),
    'deletes something': (session) => delete session.defaultOrganization,
    'saves, and takes the change back': async (session) => {
      session.defaultOrganization = 'other';
      await saveSession(session);
      session.defaultOrganization = 'first';
    },
    'saves, and changes it again': async (session) => {
      session.defaultOrganization = 'other';
      await saveSession(session);
      session.user?.roles.push('late');
    },
    'saves, and that was all': async (session) => {
      session.defaultOrganization = 'other';
      await saveSession(session);
    },
    'reads it again, and changes it': async (session, req) => {
      await settled((done) => session.reload(done));
      const again = sessionOf(req);
      if (again) again.defaultOrganization = 'reloaded';
    },
  };
  const redis = new EmbeddedRedis();
  const writes = vi.spyOn(redis, 'set');
  const store = new SessionStore({
    redis,
    sealer: new Sealer([SESSION_SECRET]),
    cookie,
    idleMs: 60_000,
    now: Date.now,
  });
  const app = express();
  app.use(session({ name: 's', store, secret: 'x', resave: false, saveUninitialized: false }));
  app.get('/begin', (req, res) => {
    const begun = sessionOf(req);
    Object.assign(begun ?? {}, structuredClone({ user, defaultOrganization: 'first' }));
    res.end();
  });
  app.get('/act', async (req, res) => {
    const target = sessionOf(req);
    if (target) await acts[String(req.query.what)]?.(target, req);
    res.end();
  });
  app.get('/', (req, res) => {
    const found = sessionOf(req);
    res.json({ user: found?.user, defaultOrganization: found?.defaultOrganization });
  });

  it.each([
    { what: 'reads it only', saves: 0, after: { user, defaultOrganization: 'first' } },
    {
      what: 'changes something deep inside',
      saves: 1,
      after: { user: { ...user, device: { ...user.device, name: 'X' } } },
    },
    { what: 'adds to a list', saves: 1, after: { user: { ...user, roles: ['editor'] } } },
    { what: 'deletes something', saves: 1, after: { defaultOrganization: undefined } },
    {
      what: 'saves, and takes the change back',
      saves: 2,
      after: { defaultOrganization: 'first' },
    },
    {
      what: 'saves, and changes it again',
      saves: 2,
      after: { user: { ...user, roles: ['late'] }, defaultOrganization: 'other' },
    },
    { what: 'saves, and that was all', saves: 1, after: { defaultOrganization: 'other' } },
    {
      what: 'reads it again, and changes it',
      saves: 1,
      after: { defaultOrganization: 'reloaded' },
    },
  ])('$what: saved $saves times, and nothing is lost', async ({ what, saves, after }) => {
    const agent = request.agent(app);
    await agent.get('/begin');
    writes.mockClear();
    await agent.get('/act').query({ what });
    expect(writes).toHaveBeenCalledTimes(saves);
    const { body } = await agent.get('/');
    for (const [name, value] of Object.entries(after)) expect(body[name]).toEqual(value);
    expect(writes).toHaveBeenCalledTimes(saves);
  });
});
