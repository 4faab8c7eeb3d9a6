import { RedisStore } from 'connect-redis';
import express, { type Request } from 'express';
import type { SessionData } from 'express-session';
import request from 'supertest';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { EmbeddedRedis } from '../../../demo/redis.ts';
import { Sealer } from '../../../src/doorstep/crypto/sealer.ts';
import { SessionStoreUnavailable } from '../../../src/doorstep/errors.ts';
import type { RedisCommands } from '../../../src/doorstep/redis/commands.ts';
import { wrapRedisErrors } from '../../../src/doorstep/redis/errors.ts';
import type { AnyRecord } from '../../../src/doorstep/session/record.ts';
import { type AppSession, sessionOf } from '../../../src/doorstep/session/session.ts';
import { Sessions } from '../../../src/doorstep/session/sessions.ts';
import { SESSION_PURPOSE, SessionStore } from '../../../src/doorstep/session/store.ts';
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
const record = () => ({ user, idToken: 'x', data: {} });

describe('the session store', () => {
  let redis: EmbeddedRedis;
  const storeWith = (secret = SESSION_SECRET) =>
    new SessionStore({
      redis: wrapRedisErrors(redis),
      sealer: new Sealer([secret]),
      cookie,
      idleMs: 60_000,
      now: Date.now,
      visitorMaxMs: null,
      end: async () => {},
    });
  /** As it is in Redis: `record` is what any version may have written. */
  const put = (id: string, stored: object = record(), secret = SESSION_SECRET) => {
    const sealed = new Sealer([secret]).seal(JSON.stringify(stored), SESSION_PURPOSE, id);
    return redis.set(`session:${id}`, sealed, 'PX', 60_000, 'NX');
  };
  beforeEach(() => {
    redis = new EmbeddedRedis();
  });

  const get = (store: SessionStore, id: string) =>
    new Promise<{ data: SessionData; record: AnyRecord | undefined } | null>((resolve, reject) =>
      store.get(id, (error, data) =>
        error ? reject(error) : resolve(data ? { data, record: store.recordOf(data) } : null),
      ),
    );

  it('C2 a change of a deleted session is not written', async () => {
    const store = storeWith();
    await put('id');
    await redis.del('session:id');
    const change = vi.fn();
    expect(await store.update('id', change)).toBeNull();
    expect(change).not.toHaveBeenCalled();
    expect(await get(store, 'id')).toBeNull();
  });

  it('a change that throws changes nothing, and fails for its caller alone', async () => {
    const store = storeWith();
    await put('id');
    const [broken, good] = await Promise.allSettled([
      store.update('id', ({ data }) => {
        data.note = 'Half done';
        throw new Error('no');
      }),
      store.update('id', ({ data }) => {
        data.said = 'once';
      }),
    ]);
    expect([broken.status, good.status]).toEqual(['rejected', 'fulfilled']);
    expect((await store.peek('id'))?.record?.data).toEqual({ said: 'once' });
  });

  it('an answer that got lost after the write is no failure', async () => {
    const store = storeWith();
    await put('id');
    const write = redis.updateSession.bind(redis);
    redis.updateSession = async (...args) => {
      await write(...args);
      throw new Error('Connection is closed.');
    };
    await store.update('id', ({ data }) => {
      data.said = 'once';
    });
    expect((await store.peek('id'))?.record?.data).toEqual({ said: 'once' });
  });

  it('C93 a key that somebody else took away is gone, whatever JavaScript has of that name', async () => {
    const store = storeWith();
    await put('id', { ...record(), data: { constructor: 'Ada', note: 'x' } });
    const found = await get(store, 'id');
    if (!found?.record) throw new Error('No session');
    store.adopt(found.data, { ...found.record, data: {} });
    expect(Object.keys(found.data)).toEqual(['cookie']);
  });

  it('the app gets its own keys and no cookie’s expiry; the kit’s stay inside', async () => {
    await put('id', { ...record(), data: { basket: [1] } });
    const found = await get(storeWith(), 'id');
    expect(found?.data).toEqual({ basket: [1], cookie: { ...cookie, originalMaxAge: null } });
    expect(found?.record).toMatchObject({ idToken: 'x' });
  });

  it('a record of a version that kept the app’s keys beside the kit’s is read, and goes on', async () => {
    await put('id', { user, idToken: 'x', defaultOrganization: 'engines' });
    const store = storeWith();
    expect((await get(store, 'id'))?.data).toMatchObject({ defaultOrganization: 'engines' });
    await store.update('id', ({ data }) => {
      data.more = true;
    });
    const kept = (await store.peek('id'))?.record?.data;
    expect(kept).toEqual({ defaultOrganization: 'engines', more: true });
  });

  it('what a newer version has added to the user survives a change', async () => {
    await put('id', { user: { ...user, later: 1 }, idToken: 'x', data: {} });
    const store = storeWith();
    await store.update('id', ({ data }) => {
      data.said = 'once';
    });
    const kept = (await store.peek('id'))?.record;
    expect(kept).toMatchObject({ user: { later: 1 }, data: { said: 'once' } });
  });

  it('a record of another form is no session', async () => {
    await put('id', { user: { ...user, roles: 'editor' }, idToken: 'x' });
    expect(await get(storeWith(), 'id')).toBeNull();
  });

  it('a record sealed with a secret that is gone, or for another id, is no session', async () => {
    await put('mine');
    const stolen = await redis.getBuffer('session:mine');
    await redis.set('session:other', stolen ?? '', 'PX', 60_000, 'NX');
    expect(await get(storeWith(), 'other')).toBeNull();
    expect(await get(storeWith(`${SESSION_SECRET}x`), 'mine')).toBeNull();
    expect(await get(storeWith(), 'mine')).not.toBeNull();
  });

  it('C21 an outage is an error of its own, never "no session"', async () => {
    const store = storeWith();
    await put('id');
    redis.updateSession = () => Promise.reject(new Error('OOM'));
    await expect(store.update('id', () => {})).rejects.toBeInstanceOf(SessionStoreUnavailable);
    redis.getexBuffer = () => Promise.reject(new Error('Connection is closed.'));
    await expect(get(store, 'id')).rejects.toBeInstanceOf(SessionStoreUnavailable);
  });

  it('connect-redis has no method that is neither replaced nor known', () => {
    const known = ['constructor', 'normalizeClient', '_getTTL', '_getAllKeys', 'touch'];
    const replaced = Object.getOwnPropertyNames(SessionStore.prototype);
    const store = storeWith();
    const inherited = Object.getOwnPropertyNames(RedisStore.prototype).filter(
      (name) => !(known.includes(name) || replaced.includes(name) || Object.hasOwn(store, name)),
    );
    expect(inherited).toEqual([]);
    expect(store.touch).toBeUndefined();
  });

  it('never scans: all, ids, length and clear throw', async () => {
    const store = storeWith();
    for (const act of [store.all, store.ids, store.length, store.clear]) {
      await expect(act.call(store)).rejects.toThrow('never scanned');
    }
  });

  it('S10 a session that this secret does not open is told from one that is gone', async () => {
    await put('id');
    const other = storeWith(`${SESSION_SECRET}-another`);
    expect(await other.peek('id')).toMatchObject({ record: null });
    expect(await other.peek('nobody')).toBeNull();
    expect((await storeWith().peek('id'))?.record?.user?.sub).toBe('ada');
  });
});

declare module 'express-session' {
  interface SessionData {
    basket?: { items: string[] };
    note?: string;
  }
}

describe('what a request does to its session', () => {
  type Act = (session: AppSession, req: Request) => unknown;
  const promisify = (act: (done: (error?: unknown) => void) => void) =>
    new Promise<void>((resolve, reject) => {
      act((error) => (error ? reject(error) : resolve()));
    });
  const acts: Record<string, Act> = {
    'reads it only': () => {},
    'changes something deep inside': ({ basket }) => basket?.items.push('engine'),
    'deletes something': (session) => delete session.note,
    'saves, and takes the change back': async (session) => {
      session.note = 'other';
      await promisify((done) => session.save(done));
      session.note = 'first';
    },
    'saves, and changes it again': async (session) => {
      session.note = 'other';
      await promisify((done) => session.save(done));
      session.basket?.items.push('late');
    },
    'saves, and that was all': async (session) => {
      session.note = 'other';
      await promisify((done) => session.save(done));
    },
    'reads it again, and changes it': async (session, req) => {
      await promisify((done) => session.reload(done));
      const again = sessionOf(req);
      if (again) again.note = 'reloaded';
    },
    'has updateSession change it': async (_session, req) => {
      await sessions.updateData(req, (data) => {
        data.note = 'updated';
      });
    },
    'changes one key, and has updateSession change another': async (session, req) => {
      session.basket = { items: ['mine'] };
      await sessions.updateData(req, (data) => {
        data.note = 'updated';
      });
    },
  };
  const redis: RedisCommands = new EmbeddedRedis();
  const writes = vi.spyOn(redis, 'updateSession');
  const sessions = new Sessions({
    config: {
      secure: false,
      cookieSuffix: '',
      session: {
        secrets: [SESSION_SECRET],
        idleMs: 60_000,
        maxMs: 600_000,
        maxPerUser: 100,
        recheckMs: 60_000,
      },
    },
    redis,
    sealer: new Sealer([SESSION_SECRET]),
    now: Date.now,
  });
  const app = express();
  app.use(sessions.middleware);
  app.get('/callback', async (req, res) => {
    const tokens = { refreshToken: 'r', accessTokens: '{}', refreshedAt: Date.now() };
    await sessions.begin(req, {
      user,
      idToken: 'x',
      isFresh: false,
      tokens,
      startedAt: Date.now(),
    });
    await sessions.updateData(req, (data) => {
      data.basket = { items: ['loom'] };
      data.note = 'first';
    });
    res.end();
  });
  app.get('/act', async (req, res) => {
    const target = sessionOf(req);
    if (target) await acts[String(req.query.what)]?.(target, req);
    res.end();
  });
  app.get('/destroy', async (req, res) => {
    const target = sessionOf(req);
    if (target) await promisify((done) => target.destroy(done));
    res.end();
  });
  app.get('/', (req, res) => {
    const { basket, note } = sessionOf(req) ?? {};
    res.json({ sub: sessions.of(req)?.user.sub, basket, note });
  });

  const FIRST = { basket: { items: ['loom'] }, note: 'first' };
  it.each([
    { what: 'reads it only', saves: 0, after: FIRST },
    {
      what: 'changes something deep inside',
      saves: 1,
      after: { ...FIRST, basket: { items: ['loom', 'engine'] } },
    },
    { what: 'deletes something', saves: 1, after: { ...FIRST, note: undefined } },
    { what: 'saves, and takes the change back', saves: 2, after: FIRST },
    {
      what: 'saves, and changes it again',
      saves: 2,
      after: { basket: { items: ['loom', 'late'] }, note: 'other' },
    },
    { what: 'saves, and that was all', saves: 1, after: { ...FIRST, note: 'other' } },
    { what: 'reads it again, and changes it', saves: 1, after: { ...FIRST, note: 'reloaded' } },
    { what: 'has updateSession change it', saves: 1, after: { ...FIRST, note: 'updated' } },
    {
      what: 'changes one key, and has updateSession change another',
      saves: 2,
      after: { basket: { items: ['mine'] }, note: 'updated' },
    },
  ])('$what: saved $saves times, and nothing is lost', async ({ what, saves, after }) => {
    const agent = request.agent(app);
    await agent.get('/callback');
    writes.mockClear();
    await agent.get('/act').query({ what });
    expect(writes).toHaveBeenCalledTimes(saves);
    const { body } = await agent.get('/');
    for (const [name, value] of Object.entries(after)) expect(body[name]).toEqual(value);
    expect(writes).toHaveBeenCalledTimes(saves);
  });

  it('two requests change a key each: both changes stay', async () => {
    const agent = request.agent(app);
    await agent.get('/callback');
    await Promise.all([
      agent.get('/act').query({ what: 'changes something deep inside' }),
      agent.get('/act').query({ what: 'saves, and that was all' }),
    ]);
    const { body } = await agent.get('/');
    expect(body).toMatchObject({ basket: { items: ['loom', 'engine'] }, note: 'other' });
  });

  it('destroy() ends all of it: record, tokens and index', async () => {
    const agent = request.agent(app);
    await agent.get('/callback');
    const before = (await sessions.ids(user)).length;
    const tokens = vi.spyOn(redis, 'endSessionBuffer');
    await agent.get('/destroy');
    expect((await agent.get('/')).body).toEqual({});
    expect(tokens).toHaveBeenCalledOnce();
    expect(await sessions.ids(user)).toHaveLength(before - 1);
  });
});
