/**
 * The Redis commands that the app uses, and no others. ioredis is checked against it by the
 * compiler, and so is the embedded stand-in, so neither can drift. Every command touches one key,
 * and every script keys of one slot, so that Redis Cluster serves too. Keys come first, as many as
 * {@link keyCount} says. Times are milliseconds, and always relative:
 * Redis's clock may be hours apart from ours, so no script is told what time we think it is.
 */
export interface RedisCommands {
  get(key: string): Promise<string | null>;
  getBuffer(key: string): Promise<Buffer | null>;
  getexBuffer(key: string, unit: 'PX', ttl: number): Promise<Buffer | null>;
  set(
    key: string,
    value: string | Buffer,
    unit: 'PX',
    ttl: number,
    when: 'NX' | 'XX',
  ): Promise<'OK' | null>;
  psetex(key: string, ttl: number, value: string): Promise<unknown>;
  pexpire(key: string, ttl: number): Promise<number>;
  pttl(key: string): Promise<number>;
  del(key: string): Promise<number>;
  hmgetBuffer(key: string, ...fields: string[]): Promise<(Buffer | null)[]>;
  zrem(key: string, member: string): Promise<number>;

  createSession(
    key: string,
    tokensKey: string,
    sealed: Buffer,
    ttl: number,
    sealedTokens: Buffer,
    tokensTtl: number,
  ): Promise<number>;
  endSessionBuffer(key: string, tokensKey: string): Promise<Buffer | null>;
  updateSession(key: string, revision: Buffer, sealed: Buffer): Promise<number>;
  writeTokens(key: string, expected: number, sealed: Buffer, ttl: number): Promise<number>;
  writeBesideTokens(key: string, field: string, sealed: Buffer): Promise<number>;
  takeTokensBuffer(key: string): Promise<Buffer | null>;
  acquireLock(key: string, holder: string, ttl: number, failed: string): Promise<number>;
  releaseLock(key: string, holder: string, failed: string, ttl: number): Promise<number>;
  addToUserIndex(
    key: string,
    endedKey: string,
    toldKey: string,
    member: string,
    life: number,
  ): Promise<[count: number, ...ended: Mark, ...told: Mark]>;
  addToLogtoIndex(
    key: string,
    endedKey: string,
    member: string,
    life: number,
  ): Promise<[count: number, ...ended: Mark]>;
  listIndex(key: string, offset: number, count: number): Promise<string[]>;
  leaveIndex(
    key: string,
    member: string,
    count: number,
  ): Promise<[removed: number, ...others: string[]]>;
  readMark(key: string): Promise<Mark>;
  raiseMark(key: string, value: number, ttl: number): Promise<number>;
}

/** What a key says, and for how long it goes on saying it. */
export type Mark = [value: string | null, ttl: number];

/** The time of the server that runs the script, milliseconds since 1970. */
const NOW = `local time = redis.call('TIME')
      local now = time[1] * 1000 + math.floor(time[2] / 1000)`;

/**
 * A sorted set by expiry. What has expired goes with each addition, so it can't grow for ever; an
 * entry that is there already keeps its place. @returns how many there are, and the marks of the
 * other keys as they are at the same moment.
 */
const ADD_TO_INDEX = `${NOW}
      redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
      redis.call('ZADD', KEYS[1], 'NX', now + ARGV[2], ARGV[1])
      local last = redis.call('ZRANGE', KEYS[1], -1, -1, 'WITHSCORES')
      redis.call('PEXPIREAT', KEYS[1], last[2])
      local answer = { redis.call('ZCARD', KEYS[1]) }
      for mark = 2, #KEYS do
        table.insert(answer, redis.call('GET', KEYS[mark]))
        table.insert(answer, redis.call('PTTL', KEYS[mark]))
      end
      return answer`;

export const SCRIPTS = {
  /** The record and its tokens, both or none. 0: the id is taken. */
  createSession: {
    numberOfKeys: 2,
    lua: `if not redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2], 'NX') then return 0 end
      redis.call('HSET', KEYS[2], 'generation', 1, 'sealed', ARGV[3])
      redis.call('PEXPIRE', KEYS[2], ARGV[4])
      return 1`,
  },
  /** Deletes both. @returns the tokens, which are the caller's to revoke. */
  endSession: {
    numberOfKeys: 2,
    lua: `local sealed = redis.call('HGET', KEYS[2], 'sealed')
      redis.call('DEL', KEYS[1], KEYS[2])
      return sealed`,
  },
  /** Writes only over the revision that was read. -1: the key is gone, and is not brought back. */
  updateSession: {
    numberOfKeys: 1,
    lua: `local value = redis.call('GET', KEYS[1])
      if not value then return -1 end
      if string.sub(value, 1, string.len(ARGV[1])) ~= ARGV[1] then return 0 end
      redis.call('SET', KEYS[1], ARGV[2], 'KEEPTTL')
      return 1`,
  },
  /** Writes only over the generation that was read: a holder that came too late changes nothing. */
  writeTokens: {
    numberOfKeys: 1,
    lua: `local current = tonumber(redis.call('HGET', KEYS[1], 'generation') or '0')
      if current ~= tonumber(ARGV[1]) then return 0 end
      redis.call('HSET', KEYS[1], 'generation', current + 1, 'sealed', ARGV[2])
      redis.call('PEXPIRE', KEYS[1], ARGV[3])
      return 1`,
  },
  /** Goes with the tokens, and is not written once they are gone. */
  writeBesideTokens: {
    numberOfKeys: 1,
    lua: `if not redis.call('HGET', KEYS[1], 'generation') then return 0 end
      redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
      return 1`,
  },
  /** Reads and deletes in one step, so that no refresh slips in between. */
  takeTokens: {
    numberOfKeys: 1,
    lua: `local sealed = redis.call('HGET', KEYS[1], 'sealed')
      redis.call('DEL', KEYS[1])
      return sealed`,
  },
  /** Taken by whoever finds none, or what a failed holder has left. */
  acquireLock: {
    numberOfKeys: 1,
    lua: `local holder = redis.call('GET', KEYS[1])
      if holder and holder ~= ARGV[3] then return 0 end
      redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
      return 1`,
  },
  /** Compare and delete: only the holder releases its lock. After a failure, word of it stays a while. */
  releaseLock: {
    numberOfKeys: 1,
    lua: `if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
      if ARGV[2] == '' then return redis.call('DEL', KEYS[1]) end
      redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
      return 1`,
  },
  addToUserIndex: { numberOfKeys: 3, lua: ADD_TO_INDEX },
  addToLogtoIndex: { numberOfKeys: 2, lua: ADD_TO_INDEX },
  /** The latest first, without what has ended. */
  listIndex: {
    numberOfKeys: 1,
    lua: `${NOW}
      redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
      return redis.call('ZREVRANGE', KEYS[1], ARGV[1], ARGV[1] + ARGV[2] - 1)`,
  },
  /** Takes an entry away. @returns 0 when it was gone; and the others, the latest first. */
  leaveIndex: {
    numberOfKeys: 1,
    lua: `local removed = redis.call('ZREM', KEYS[1], ARGV[1])
      return { removed, unpack(redis.call('ZREVRANGE', KEYS[1], 0, ARGV[2] - 1)) }`,
  },
  readMark: {
    numberOfKeys: 1,
    lua: `return { redis.call('GET', KEYS[1]), redis.call('PTTL', KEYS[1]) }`,
  },
  /** Keeps the highest number. 0: a higher one is there already. */
  raiseMark: {
    numberOfKeys: 1,
    lua: `local known = tonumber(redis.call('GET', KEYS[1]) or '0')
      if known > tonumber(ARGV[1]) then return 0 end
      redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
      return 1`,
  },
};

const KEY_COUNTS = new Map(
  Object.entries(SCRIPTS).map(([name, { numberOfKeys }]) => [name, numberOfKeys]),
);

/** How many keys a method takes, before everything else. */
export const keyCount = (method: string): number =>
  KEY_COUNTS.get(method.replace(/Buffer$/, '')) ?? 1;

/** What ioredis makes of `scripts`: a method for each, and one that answers with a Buffer. */
type ScriptMethods = Pick<
  RedisCommands,
  | 'createSession'
  | 'endSessionBuffer'
  | 'updateSession'
  | 'writeTokens'
  | 'writeBesideTokens'
  | 'takeTokensBuffer'
  | 'acquireLock'
  | 'releaseLock'
  | 'addToUserIndex'
  | 'addToLogtoIndex'
  | 'listIndex'
  | 'leaveIndex'
  | 'readMark'
  | 'raiseMark'
>;
declare module 'ioredis' {
  interface RedisCommander<Context> extends ScriptMethods {}
}
