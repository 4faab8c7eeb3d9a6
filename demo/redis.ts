import type { RedisCommands } from '../src/doorstep/operator.ts';

type Value =
  | { kind: 'string'; bytes: Buffer }
  | { kind: 'hash'; fields: Map<string, Buffer> }
  | { kind: 'sorted set'; scores: Map<string, number> }
  | { kind: 'list'; items: string[] };

/** `expiresAt` in milliseconds since 1970. */
type Entry = Value & { expiresAt: number };

/**
 * The commands and scripts that the app uses, in memory: so that a fresh clone runs with nothing
 * but Node. Typed as the app's own view of ioredis, and held to a real redis-server by the same
 * contract test. It forgets everything when the process ends.
 */
export class EmbeddedRedis implements RedisCommands {
  readonly #entries = new Map<string, Entry>();

  async get(key: string) {
    return (await this.getBuffer(key))?.toString() ?? null;
  }

  async getBuffer(key: string) {
    const entry = this.#live(key);
    return entry?.kind === 'string' ? entry.bytes : null;
  }

  async getexBuffer(key: string, _unit: 'PX', ttl: number) {
    const value = await this.getBuffer(key);
    if (value) await this.pexpire(key, ttl);
    return value;
  }

  async set(key: string, value: string | Buffer, _unit: 'PX', ttl: number, when: 'NX' | 'XX') {
    const exists = this.#live(key) !== undefined;
    if (exists === (when === 'NX')) return null;
    const bytes = Buffer.from(value);
    this.#entries.set(key, { kind: 'string', bytes, expiresAt: Date.now() + ttl });
    return 'OK' as const;
  }

  async psetex(key: string, ttl: number, value: string) {
    const bytes = Buffer.from(value);
    this.#entries.set(key, { kind: 'string', bytes, expiresAt: Date.now() + ttl });
    return 'OK' as const;
  }

  async pexpire(key: string, ttl: number) {
    const entry = this.#live(key);
    if (entry) entry.expiresAt = Date.now() + ttl;
    return entry ? 1 : 0;
  }

  async pttl(key: string) {
    const entry = this.#live(key);
    if (!entry) return -2;
    return entry.expiresAt === Number.POSITIVE_INFINITY ? -1 : entry.expiresAt - Date.now();
  }

  async del(key: string) {
    const existed = this.#live(key) !== undefined;
    this.#entries.delete(key);
    return existed ? 1 : 0;
  }

  async hmgetBuffer(key: string, ...fields: string[]) {
    const entry = this.#live(key);
    const hash = entry?.kind === 'hash' ? entry.fields : new Map<string, Buffer>();
    return fields.map((field) => hash.get(field) ?? null);
  }

  async zrem(key: string, member: string) {
    const scores = this.#scores(key);
    const existed = scores.delete(member);
    if (scores.size === 0) this.#entries.delete(key);
    return existed ? 1 : 0;
  }

  async rpush(key: string, value: string) {
    const items = [...this.#items(key), value];
    this.#entries.set(key, { kind: 'list', items, expiresAt: Number.POSITIVE_INFINITY });
    return items.length;
  }

  async lrange(key: string, start: number, stop: number) {
    return this.#items(key).slice(start, stop + 1);
  }

  async llen(key: string) {
    return this.#items(key).length;
  }

  async writeTokens(key: string, expected: number, sealed: Buffer, ttl: number) {
    const [current] = await this.hmgetBuffer(key, 'generation');
    const generation = Number(current ?? 0);
    if (generation !== expected) return 0;
    const next = Buffer.from(String(generation + 1));
    const fields = new Map(Object.entries({ generation: next, sealed }));
    this.#entries.set(key, { kind: 'hash', fields, expiresAt: Date.now() + ttl });
    return 1;
  }

  async takeTokensBuffer(key: string) {
    const [sealed] = await this.hmgetBuffer(key, 'sealed');
    await this.del(key);
    return sealed ?? null;
  }

  async updateSession(key: string, revision: Buffer, sealed: Buffer): Promise<number> {
    const entry = this.#live(key);
    if (entry?.kind !== 'string') return -1;
    if (!entry.bytes.subarray(0, revision.length).equals(revision)) return 0;
    entry.bytes = Buffer.from(sealed);
    return 1;
  }

  async acquireLock(key: string, holder: string, ttl: number, failed: string) {
    const current = await this.get(key);
    if (current !== null && current !== failed) return 0;
    await this.psetex(key, ttl, holder);
    return 1;
  }

  async releaseLock(key: string, holder: string, failed: string, ttl: number) {
    if ((await this.get(key)) !== holder) return 0;
    if (failed === '') return this.del(key);
    await this.psetex(key, ttl, failed);
    return 1;
  }

  async addToIndex(key: string, member: string, expiresAt: number, now: number) {
    const scores = this.#scores(key);
    for (const [old, end] of scores) if (end <= now) scores.delete(old);
    scores.set(member, expiresAt);
    const last = Math.max(...scores.values());
    this.#entries.set(key, { kind: 'sorted set', scores, expiresAt: last });
    return 1;
  }

  async listIndex(key: string, now: number, offset: number, count: number) {
    const live = [...this.#scores(key)].filter(([, end]) => end > now);
    // Redis breaks ties by name, and so does this.
    const latestFirst = live.sort(([a, x], [b, y]) => y - x || (a < b ? 1 : -1));
    return latestFirst.slice(offset, offset + count).map(([member]) => member);
  }

  async forgetInIndex(key: string, member: string, latest: number) {
    const expires = this.#scores(key).get(member);
    return expires !== undefined && expires <= latest ? this.zrem(key, member) : 0;
  }

  #scores(key: string): Map<string, number> {
    const entry = this.#live(key);
    return entry?.kind === 'sorted set' ? entry.scores : new Map();
  }

  #items(key: string): string[] {
    const entry = this.#live(key);
    return entry?.kind === 'list' ? entry.items : [];
  }

  #live(key: string): Entry | undefined {
    const entry = this.#entries.get(key);
    if (!entry || entry.expiresAt > Date.now()) return entry;
    this.#entries.delete(key);
    return undefined;
  }
}
