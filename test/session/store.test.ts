import type { SessionData } from 'express-session';
import { beforeEach, describe, expect, it } from 'vitest';
import { EmbeddedRedis } from '../../demo/redis.ts';
import { SessionStoreUnavailable } from '../../src/errors.ts';
import { Sealer } from '../../src/session/seal.ts';
import { SessionStore } from '../../src/session/store.ts';
import { SESSION_SECRET } from '../harness/doorstep.ts';

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
});
