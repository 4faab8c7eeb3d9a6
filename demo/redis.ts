import type { SessionRedis } from '../src/session/redis.ts';

interface Entry {
  value: Buffer | Map<string, Buffer> | Map<string, number>;
  /** Milliseconds since 1970. */
  expiresAt: number;
}

/**
 * The commands and scripts that the app uses, in memory: so that a fresh clone runs with nothing
 * but Node. Typed as the app's own view of ioredis, and held to a real redis-server by the same
 * contract test. It forgets everything when the process ends.
 */
export class EmbeddedRedis implements SessionRedis {
  readonly #entries = new Map<string, Entry>();

  async ping() {
    return 'PONG';
  }

  async get(key: string) {
    return (await this.getBuffer(key))?.toString() ?? null;
  }

  async getBuffer(key: string) {
    const value = this.#live(key)?.value;
    if (value instanceof Map) throw new Error('WRONGTYPE Operation against a key of another kind');
    return value ?? null;
  }

  async getexBuffer(key: string, _unit: 'PX', ttl: number) {
    const value = await this.getBuffer(key);
    if (value) await this.pexpire(key, ttl);
    return value;
  }

  async set(key: string, value: string | Buffer, _unit: 'PX', ttl: number, when: 'NX' | 'XX') {
    const exists = this.#live(key) !== undefined;
    if (exists === (when === 'NX')) return null;
    this.#entries.set(key, { value: Buffer.from(value), expiresAt: Date.now() + ttl });
    return 'OK' as const;
  }

  async pexpire(key: string, ttl: number) {
    const entry = this.#live(key);
    if (entry) entry.expiresAt = Date.now() + ttl;
    return entry ? 1 : 0;
  }

  async pttl(key: string) {
    const entry = this.#live(key);
    return entry ? entry.expiresAt - Date.now() : -2;
  }

  async del(key: string) {
    const existed = this.#live(key) !== undefined;
    this.#entries.delete(key);
    return existed ? 1 : 0;
  }

  async hmgetBuffer(key: string, ...fields: string[]) {
    const hash = this.#live(key)?.value;
    return fields.map((field) => {
      const value = hash instanceof Map ? hash.get(field) : undefined;
      return Buffer.isBuffer(value) ? value : null;
    });
  }

  async zrem(key: string, member: string) {
    const members = this.#members(key);
    const existed = members.delete(member);
    if (members.size === 0) this.#entries.delete(key);
    return existed ? 1 : 0;
  }

  async writeTokens(key: string, expected: number, sealed: Buffer, ttl: number) {
    const [current] = await this.hmgetBuffer(key, 'generation');
    const generation = Number(current ?? 0);
    if (generation !== expected) return 0;
    const fields = { generation: Buffer.from(String(generation + 1)), sealed };
    const value = new Map(Object.entries(fields));
    this.#entries.set(key, { value, expiresAt: Date.now() + ttl });
    return 1;
  }

  async takeTokensBuffer(key: string) {
    const [sealed] = await this.hmgetBuffer(key, 'sealed');
    await this.del(key);
    return sealed ?? null;
  }

  async releaseLock(key: string, holder: string) {
    return (await this.get(key)) === holder ? this.del(key) : 0;
  }

  async addToDirectory(key: string, member: string, expiresAt: number, now: number) {
    const members = this.#members(key);
    for (const [old, end] of members) if (end <= now) members.delete(old);
    members.set(member, expiresAt);
    this.#entries.set(key, { value: members, expiresAt: Math.max(...members.values()) });
    return 1;
  }

  #members(key: string): Map<string, number> {
    const value = this.#live(key)?.value;
    const scores = new Map<string, number>();
    if (!(value instanceof Map)) return scores;
    for (const [member, score] of value) if (typeof score === 'number') scores.set(member, score);
    return scores;
  }

  #live(key: string): Entry | undefined {
    const entry = this.#entries.get(key);
    if (!entry || entry.expiresAt > Date.now()) return entry;
    this.#entries.delete(key);
    return undefined;
  }
}
