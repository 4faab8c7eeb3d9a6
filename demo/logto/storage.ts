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
 * In memory, without a limit unless `maxEntries` of each model is given: oidc-provider's own store forgets
 * the oldest of 1000 entries, and knows no grace for a rotated refresh token.
 */
export function createStorage(unknownClient: (id: string) => Error, maxEntries?: number): Storage {
  const models = new Map<string, Map<string, Entry>>();

  const entriesOf = (model: string): Map<string, Entry> => {
    const entries = models.get(model) ?? new BoundedMap<string, Entry>(maxEntries);
    models.set(model, entries);
    return entries;
  };

  return {
    adapterFor: (model) => {
      const entries = entriesOf(model);
      const live = (id: string): Entry | undefined => {
        const entry = entries.get(id);
        if (entry?.expiresAt === undefined || entry.expiresAt > Date.now()) return entry;
        entries.delete(id);
        return undefined;
      };
      const findBy = (matches: (payload: AdapterPayload) => boolean) => {
        for (const id of entries.keys()) {
          const entry = live(id);
          if (entry && matches(entry.payload)) return toPayload(model, entry);
        }
        return undefined;
      };
      return {
        upsert: async (id, payload, expiresIn) => {
          const expiresAt = expiresIn === undefined ? undefined : Date.now() + expiresIn * 1000;
          entries.set(id, { payload, expiresAt, consumedAt: live(id)?.consumedAt });
        },
        find: async (id) => {
          // Logto answers 400 "invalid client ID" here, where oidc-provider would say 401.
          if (model === 'Client') throw unknownClient(id);
          const entry = live(id);
          return entry && toPayload(model, entry);
        },
        findByUid: async (uid) => findBy((payload) => payload.uid === uid),
        findByUserCode: async (code) => findBy((payload) => payload.userCode === code),
        consume: async (id) => {
          const entry = live(id);
          if (entry) entry.consumedAt ??= Date.now();
        },
        destroy: async (id) => {
          entries.delete(id);
        },
        revokeByGrantId: async (grantId) => {
          for (const [id, { payload }] of entries) {
            if (payload.grantId === grantId) entries.delete(id);
          }
        },
      };
    },
  };
}

function toPayload(model: string, { payload, consumedAt }: Entry): AdapterPayload {
  if (consumedAt === undefined) return payload;
  const inGrace = model === 'RefreshToken' && Date.now() <= consumedAt + reuseInterval;
  return inGrace ? payload : { ...payload, consumed: Math.floor(consumedAt / 1000) };
}
