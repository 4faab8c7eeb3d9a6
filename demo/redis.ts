import { serialize } from 'node:v8';
import type { Mark, RedisCommands } from '../src/doorstep/operator.ts';

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
 * contract test. It forgets everything when the process ends. Each method does all its work before
 * it yields: nothing comes in between, as with the real one.
 */
export class EmbeddedRedis implements RedisCommands {
  readonly #entries = new Map<string, Entry>();
  readonly #now: () => number;
  readonly #maxEntries: number;

  /**
   * `now`: what entries expire by, in milliseconds since 1970. With `maxEntries` keys it is full, and
   * refuses writes as Redis does.
   */
  constructor({
    now = Date.now,
    maxEntries = Number.POSITIVE_INFINITY,
  }: { now?: () => number; maxEntries?: number } = {}) {
    this.#now = now;
    this.#maxEntries = maxEntries;
  }

  async get(key: string) {
    return this.#bytes(key)?.toString() ?? null;
  }

  async getBuffer(key: string) {
    return this.#bytes(key);
  }

  async getexBuffer(key: string, _unit: 'PX', ttl: number) {
    const expiresAt = this.#expiryOf(ttl);
    const bytes = this.#bytes(key);
    const entry = this.#live(key);
    if (entry) entry.expiresAt = expiresAt;
    return bytes;
  }

  async set(key: string, value: string | Buffer, _unit: 'PX', ttl: number, when: 'NX' | 'XX') {
    this.#expiryOf(ttl);
    const exists = this.#live(key) !== undefined;
    return exists === (when === 'NX') ? null : this.#store(key, value, ttl);
  }

  async psetex(key: string, ttl: number, value: string) {
    return this.#store(key, value, ttl);
  }

  async pexpire(key: string, ttl: number) {
    const expiresAt = this.#now() + integer(ttl);
    const entry = this.#live(key);
    if (entry) entry.expiresAt = expiresAt;
    return entry ? 1 : 0;
  }

  async pttl(key: string) {
    return this.#leftMs(key);
  }

  async del(key: string) {
    return this.#remove(key);
  }

  async hmgetBuffer(key: string, ...fields: string[]) {
    const hash = this.#fields(key);
    return fields.map((field) => copyOf(hash.get(field)));
  }

  async zrem(key: string, member: string) {
    return this.#removeMember(key, member);
  }

  async rpush(key: string, value: string) {
    const items = this.#items(key);
    items.push(value);
    const expiresAt = this.#live(key)?.expiresAt ?? Number.POSITIVE_INFINITY;
    this.#put(key, { kind: 'list', items, expiresAt });
    return items.length;
  }

  async lrange(key: string, start: number, stop: number) {
    return this.#items(key).slice(start, stop + 1 || undefined);
  }

  async llen(key: string) {
    return this.#items(key).length;
  }

  async ltrim(key: string, start: number, stop: number) {
    const items = this.#items(key);
    const kept = items.slice(start, stop + 1 || undefined);
    if (kept.length === 0) this.#remove(key);
    else items.splice(0, items.length, ...kept);
    return 'OK' as const;
  }

  async createSession(
    key: string,
    tokensKey: string,
    sealed: Buffer,
    ttl: number,
    sealedTokens: Buffer,
    tokensTtl: number,
  ) {
    if (this.#live(key)) return 0;
    const fields = new Map(this.#fields(tokensKey))
      .set('generation', Buffer.from('1'))
      .set('sealed', Buffer.from(sealedTokens));
    const expiresAt = this.#expiryOf(tokensTtl);
    this.#assertRoom(key, tokensKey);
    this.#store(key, sealed, ttl);
    this.#put(tokensKey, { kind: 'hash', fields, expiresAt });
    return 1;
  }

  async endSessionBuffer(key: string, tokensKey: string) {
    this.#remove(key);
    return this.takeTokensBuffer(tokensKey);
  }

  async writeTokens(key: string, expected: number, sealed: Buffer, ttl: number) {
    const generation = Number(this.#fields(key).get('generation') ?? 0);
    if (generation !== expected) return 0;
    const fields = new Map(this.#fields(key))
      .set('generation', Buffer.from(String(generation + 1)))
      .set('sealed', Buffer.from(sealed));
    this.#put(key, { kind: 'hash', fields, expiresAt: this.#now() + integer(ttl) });
    return 1;
  }

  async writeBesideTokens(key: string, field: string, sealed: Buffer) {
    const fields = this.#fields(key);
    if (fields.size === 0) return 0;
    fields.set(field, Buffer.from(sealed));
    return 1;
  }

  async takeTokensBuffer(key: string) {
    const sealed = copyOf(this.#fields(key).get('sealed'));
    this.#remove(key);
    return sealed;
  }

  async updateSession(key: string, revision: Buffer, sealed: Buffer): Promise<number> {
    const current = this.#bytes(key);
    if (!current) return -1;
    if (!current.subarray(0, revision.length).equals(revision)) return 0;
    const entry = this.#live(key);
    if (entry?.kind === 'string') entry.bytes = Buffer.from(sealed);
    return 1;
  }

  async acquireLock(key: string, holder: string, ttl: number, failed: string): Promise<number> {
    const current = this.#bytes(key)?.toString();
    if (current !== undefined && current !== failed) return 0;
    this.#store(key, holder, ttl);
    return 1;
  }

  async releaseLock(key: string, holder: string, failed: string, ttl: number): Promise<number> {
    if (this.#bytes(key)?.toString() !== holder) return 0;
    if (failed === '') return this.#remove(key);
    this.#store(key, failed, ttl);
    return 1;
  }

  async addToUserIndex(
    key: string,
    endedKey: string,
    toldKey: string,
    member: string,
    life: number,
  ): Promise<[number, ...Mark, ...Mark]> {
    return [this.#enter(key, member, life), ...this.#mark(endedKey), ...this.#mark(toldKey)];
  }

  async addToLogtoIndex(
    key: string,
    endedKey: string,
    member: string,
    life: number,
  ): Promise<[number, ...Mark]> {
    return [this.#enter(key, member, life), ...this.#mark(endedKey)];
  }

  #enter(key: string, member: string, life: number): number {
    const scores = this.#withoutEnded(key);
    if (!scores.has(member)) scores.set(member, this.#now() + integer(life));
    const last = Math.max(...scores.values());
    this.#put(key, { kind: 'sorted set', scores, expiresAt: last });
    return scores.size;
  }

  async listIndex(key: string, offset: number, count: number) {
    // Redis breaks ties by name, and so does this.
    const latestFirst = [...this.#withoutEnded(key)].sort(
      ([a, x], [b, y]) => y - x || (a < b ? 1 : -1),
    );
    return latestFirst.slice(offset, offset + count).map(([member]) => member);
  }

  async leaveIndex(key: string, member: string, count: number): Promise<[number, ...string[]]> {
    const removed = this.#removeMember(key, member);
    return [removed, ...(await this.listIndex(key, 0, count))];
  }

  async readMark(key: string): Promise<Mark> {
    return this.#mark(key);
  }

  #mark(key: string): Mark {
    return [this.#bytes(key)?.toString() ?? null, this.#leftMs(key)];
  }

  async raiseMark(key: string, value: number, ttl: number) {
    if (Number(this.#bytes(key) ?? 0) > value) return 0;
    this.#store(key, String(value), ttl);
    return 1;
  }

  /** For tests, which look past the app. In `pattern` only `*` is special. */
  async keys(pattern: string) {
    const wanted = new RegExp(`^${pattern.replaceAll('*', '.*')}$`, 's');
    return [...this.#entries.keys()].filter((key) => wanted.test(key) && this.#live(key));
  }

  /** For tests: the same bytes for the same value, whenever it expires. */
  async dumpBuffer(key: string) {
    const entry = this.#live(key);
    if (!entry) return null;
    const { expiresAt: _, ...value } = entry;
    return serialize(value);
  }

  #store(key: string, value: string | Buffer, ttl: number) {
    const expiresAt = this.#expiryOf(ttl);
    this.#put(key, { kind: 'string', bytes: Buffer.from(value), expiresAt });
    return 'OK' as const;
  }

  #put(key: string, entry: Entry): void {
    this.#assertRoom(key);
    this.#entries.set(key, entry);
  }

  /** @throws Redis's OOM when these are too many more. */
  #assertRoom(...keys: string[]): void {
    const isFull = () => {
      const added = keys.filter((key) => !this.#entries.has(key)).length;
      return added > 0 && this.#entries.size + added > this.#maxEntries;
    };
    if (!isFull()) return;
    for (const one of this.#entries.keys()) this.#live(one);
    if (isFull()) throw new Error(FULL);
  }

  /** As PTTL: -2 without a key, -1 without an end. */
  #leftMs(key: string): number {
    const entry = this.#live(key);
    if (!entry) return -2;
    return entry.expiresAt === Number.POSITIVE_INFINITY ? -1 : entry.expiresAt - this.#now();
  }

  #bytes(key: string): Buffer | null {
    const entry = this.#live(key);
    if (entry && entry.kind !== 'string') throw new Error(WRONG_KIND);
    return copyOf(entry?.bytes);
  }

  #fields(key: string): Map<string, Buffer> {
    const entry = this.#live(key);
    if (entry && entry.kind !== 'hash') throw new Error(WRONG_KIND);
    return entry?.fields ?? new Map();
  }

  #scores(key: string): Map<string, number> {
    const entry = this.#live(key);
    if (entry && entry.kind !== 'sorted set') throw new Error(WRONG_KIND);
    return entry?.scores ?? new Map();
  }

  #items(key: string): string[] {
    const entry = this.#live(key);
    if (entry && entry.kind !== 'list') throw new Error(WRONG_KIND);
    return entry?.items ?? [];
  }

  #withoutEnded(key: string): Map<string, number> {
    const scores = this.#scores(key);
    for (const [member, end] of scores) if (end <= this.#now()) this.#removeMember(key, member);
    return scores;
  }

  #removeMember(key: string, member: string): 0 | 1 {
    const scores = this.#scores(key);
    const existed = scores.delete(member);
    if (scores.size === 0) this.#entries.delete(key);
    return existed ? 1 : 0;
  }

  #remove(key: string): 0 | 1 {
    const existed = this.#live(key) !== undefined;
    this.#entries.delete(key);
    return existed ? 1 : 0;
  }

  #expiryOf(ttl: number): number {
    if (integer(ttl) <= 0) throw new Error('ERR invalid expire time');
    return this.#now() + ttl;
  }

  #live(key: string): Entry | undefined {
    const entry = this.#entries.get(key);
    if (!entry || entry.expiresAt > this.#now()) return entry;
    this.#entries.delete(key);
    return undefined;
  }
}

const WRONG_KIND = 'WRONGTYPE Operation against a key holding the wrong kind of value';

const FULL = "OOM command not allowed when used memory > 'maxmemory'.";

function integer(value: number): number {
  if (Number.isInteger(value)) return value;
  throw new Error('ERR value is not an integer or out of range');
}

/** So that whoever reads a value can't change it here. */
const copyOf = (bytes: Buffer | undefined) => (bytes ? Buffer.from(bytes) : null);
