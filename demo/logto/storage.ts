import type { Adapter, AdapterPayload } from 'oidc-provider';
import { BoundedMap } from '../bounded-map.ts';

/** A spent refresh token goes on working for so many milliseconds: 3 s on Logto 1.42. */
const reuseInterval = 3000;

interface Entry {
  payload: AdapterPayload;
  /** Milliseconds; undefined means never. */
  expiresAt: number | undefined;
  consumedAt: number | undefined;
}

/** What Logto keeps in its database. Everything ends by `Date.now()`, so that a test can turn it. */
export interface Storage {
  adapterFor(model: string): Adapter;
}

/**
 * In memory, without a limit unless one is given: oidc-provider's own store forgets the oldest of 1000
 * entries, and knows no grace for a rotated refresh token.
 */
export function createStorage(unknownClient: (id: string) => Error, maxEntries?: number): Storage {
  const entries = new BoundedMap<string, Entry>(maxEntries);

  const live = (key: string): Entry | undefined => {
    const entry = entries.get(key);
    if (entry?.expiresAt === undefined || entry.expiresAt > Date.now()) return entry;
    entries.delete(key);
    return undefined;
  };

  const findBy = (model: string, matches: (payload: AdapterPayload) => boolean) => {
    for (const key of entries.keys()) {
      const entry = key.startsWith(`${model}:`) ? live(key) : undefined;
      if (entry && matches(entry.payload)) return toPayload(model, entry);
    }
    return undefined;
  };

  return {
    adapterFor: (model) => ({
      upsert: async (id, payload, expiresIn) => {
        const expiresAt = expiresIn === undefined ? undefined : Date.now() + expiresIn * 1000;
        const consumedAt = live(`${model}:${id}`)?.consumedAt;
        entries.set(`${model}:${id}`, { payload, expiresAt, consumedAt });
      },
      find: async (id) => {
        // Logto answers 400 "invalid client ID" here, where oidc-provider would say 401.
        if (model === 'Client') throw unknownClient(id);
        const entry = live(`${model}:${id}`);
        return entry && toPayload(model, entry);
      },
      findByUid: async (uid) => findBy(model, (payload) => payload.uid === uid),
      findByUserCode: async (code) => findBy(model, (payload) => payload.userCode === code),
      consume: async (id) => {
        const entry = live(`${model}:${id}`);
        if (entry) entry.consumedAt ??= Date.now();
      },
      destroy: async (id) => {
        entries.delete(`${model}:${id}`);
      },
      revokeByGrantId: async (grantId) => {
        for (const [key, { payload }] of entries) {
          if (payload.grantId === grantId && key.startsWith(`${model}:`)) entries.delete(key);
        }
      },
    }),
  };
}

function toPayload(model: string, { payload, consumedAt }: Entry): AdapterPayload {
  if (consumedAt === undefined) return payload;
  const inGrace = model === 'RefreshToken' && Date.now() <= consumedAt + reuseInterval;
  return inGrace ? payload : { ...payload, consumed: Math.floor(consumedAt / 1000) };
}
