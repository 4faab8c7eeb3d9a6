import { createHash } from 'node:crypto';
import { createServer, type Server, type Socket } from 'node:net';
import { SCRIPTS } from '../src/doorstep/operator.ts';
import { listen, portOf, stopListening } from '../src/server/listen.ts';
import { EmbeddedRedis } from './redis.ts';

type Reply = string | number | Buffer | null | Reply[];

/** The words of a command after its name. */
class Words {
  readonly #words: Buffer[];
  constructor(words: Buffer[]) {
    this.#words = words;
  }
  bytes(at: number): Buffer {
    const word = this.#words[at];
    if (!word) throw new Error('ERR wrong number of arguments');
    return word;
  }
  text = (at: number): string => this.bytes(at).toString();
  number = (at: number): number => Number(this.text(at));
  from = (at: number): Words => new Words(this.#words.slice(at));
  texts = (): string[] => this.#words.map(String);
}

type Command = (redis: EmbeddedRedis, words: Words) => Promise<Reply>;

/** With the words from the first key on. */
const SCRIPT_COMMANDS: Record<keyof typeof SCRIPTS, Command> = {
  createSession: (redis, w) =>
    redis.createSession(w.text(0), w.text(1), w.bytes(2), w.number(3), w.bytes(4), w.number(5)),
  endSession: (redis, w) => redis.endSessionBuffer(w.text(0), w.text(1)),
  updateSession: (redis, w) => redis.updateSession(w.text(0), w.bytes(1), w.bytes(2)),
  writeTokens: (redis, w) => redis.writeTokens(w.text(0), w.number(1), w.bytes(2), w.number(3)),
  writeBesideTokens: (redis, w) => redis.writeBesideTokens(w.text(0), w.text(1), w.bytes(2)),
  takeTokens: (redis, w) => redis.takeTokensBuffer(w.text(0)),
  acquireLock: (redis, w) => redis.acquireLock(w.text(0), w.text(1), w.number(2), w.text(3)),
  releaseLock: (redis, w) => redis.releaseLock(w.text(0), w.text(1), w.text(2), w.number(3)),
  addToUserIndex: (redis, w) =>
    redis.addToUserIndex(w.text(0), w.text(1), w.text(2), w.text(3), w.number(4)),
  addToLogtoIndex: (redis, w) =>
    redis.addToLogtoIndex(w.text(0), w.text(1), w.text(2), w.number(3)),
  listIndex: (redis, w) => redis.listIndex(w.text(0), w.number(1), w.number(2)),
  leaveIndex: (redis, w) => redis.leaveIndex(w.text(0), w.text(1), w.number(2)),
  readMark: (redis, w) => redis.readMark(w.text(0)),
  raiseMark: (redis, w) => redis.raiseMark(w.text(0), w.number(1), w.number(2)),
};

const sha1 = (lua: string | Buffer): string => createHash('sha1').update(lua).digest('hex');

/** By digest and number of keys: two of them differ in nothing else. */
const scripts = new Map<string, Command>(
  Object.entries(SCRIPT_COMMANDS).map(([name, command]) => {
    const { lua, numberOfKeys } = Reflect.get(SCRIPTS, name);
    return [`${sha1(lua)} ${numberOfKeys}`, command];
  }),
);
/** By which `doorstep check` tries whether scripts run. */
scripts.set(`${sha1("return redis.call('DEL', KEYS[1])")} 1`, (redis, w) => redis.del(w.text(0)));

/** @param words after the script: the number of keys, the keys, the rest */
async function runScript(redis: EmbeddedRedis, digest: string, words: Words): Promise<Reply> {
  const command = scripts.get(`${digest} ${words.text(0)}`);
  if (!command) throw new Error('NOSCRIPT No matching script: the stand-in runs no Lua');
  return command(redis, words.from(1));
}

/** The Redis version that clients and `doorstep check` are told. */
const VERSION = '7.4.11';
const INFO = `redis_version:${VERSION}\r\nredis_mode:standalone\r\nrole:master\r\nloading:0\r\nmaxmemory_policy:noeviction\r\n`;

const COMMANDS: Record<string, Command | undefined> = {
  PING: async () => 'PONG',
  AUTH: async () => 'OK',
  CLIENT: async () => 'OK',
  SELECT: async () => 'OK',
  INFO: async () => Buffer.from(INFO),
  TIME: async () => [String(Math.floor(Date.now() / 1000)), String((Date.now() % 1000) * 1000)],
  GET: (redis, w) => redis.getBuffer(w.text(0)),
  GETEX: (redis, w) => redis.getexBuffer(w.text(0), unit(w.text(1)), w.number(2)),
  SET: (redis, w) =>
    redis.set(w.text(0), w.bytes(1), unit(w.text(2)), w.number(3), condition(w.text(4))),
  PSETEX: (redis, w) => redis.psetex(w.text(0), w.number(1), w.text(2)),
  PEXPIRE: (redis, w) => redis.pexpire(w.text(0), w.number(1)),
  PTTL: (redis, w) => redis.pttl(w.text(0)),
  DEL: (redis, w) => redis.del(w.text(0)),
  HMGET: (redis, w) => redis.hmgetBuffer(w.text(0), ...w.from(1).texts()),
  ZREM: (redis, w) => redis.zrem(w.text(0), w.text(1)),
  RPUSH: (redis, w) => redis.rpush(w.text(0), w.text(1)),
  LRANGE: (redis, w) => redis.lrange(w.text(0), w.number(1), w.number(2)),
  LLEN: (redis, w) => redis.llen(w.text(0)),
  LTRIM: (redis, w) => redis.ltrim(w.text(0), w.number(1), w.number(2)),
  EVALSHA: (redis, w) => runScript(redis, w.text(0), w.from(1)),
  EVAL: (redis, w) => runScript(redis, sha1(w.bytes(0)), w.from(1)),
};

function unit(word: string): 'PX' {
  if (word.toUpperCase() === 'PX') return 'PX';
  throw new Error('ERR syntax error: the stand-in takes PX only');
}

function condition(word: string): 'NX' | 'XX' {
  const wanted = word.toUpperCase();
  if (wanted === 'NX' || wanted === 'XX') return wanted;
  throw new Error('ERR syntax error: the stand-in takes NX and XX only');
}

/** Redis's protocol (RESP2, and RESP3 as far as these answers differ) for {@link EmbeddedRedis}. */
export interface RedisStandIn {
  /** `redis://localhost:PORT` */
  url: string;
  /** Connections are refused, open ones cut, until `up`. What was stored is kept. */
  down(): Promise<void>;
  /** Listens on the same port again. @throws Node's EADDRINUSE when someone took it meanwhile. */
  up(): Promise<void>;
}

/**
 * A Redis for what Doorstep asks of one, at both addresses of localhost. It knows no other command.
 *
 * @param port 0 for any free one
 * @throws Node's EADDRINUSE when the port is taken.
 */
export async function startRedis(port: number): Promise<RedisStandIn> {
  const redis = new EmbeddedRedis();
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    answer(redis, socket);
  });
  let listeners: Server[] = await listen(server, { host: 'localhost', port });
  const chosen = portOf(server);
  return {
    url: `redis://localhost:${chosen}`,
    down: async () => {
      const closed = Promise.all(listeners.map(stopListening));
      listeners = [];
      for (const socket of sockets) socket.destroy();
      await closed;
    },
    up: async () => {
      if (listeners.length > 0) return;
      listeners = await listen(server, { host: 'localhost', port: chosen });
    },
  };
}

/** Far more than a session takes. */
const MAX_COMMAND_BYTES = 16 * 1024 * 1024;

function answer(redis: EmbeddedRedis, socket: Socket): void {
  let received: Buffer = Buffer.alloc(0);
  let answered = Promise.resolve();
  socket.on('error', () => socket.destroy());
  socket.on('end', () => socket.end());
  socket.on('data', (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
    for (;;) {
      const command = readCommand(received);
      if (command === null || received.length > MAX_COMMAND_BYTES) return void socket.destroy();
      if (command === 'incomplete') return;
      received = received.subarray(command.length);
      // Carried out now, and answered in turn.
      const reply = replyTo(redis, command.words);
      answered = answered.then(async () => void socket.write(await reply));
    }
  });
}

async function replyTo(redis: EmbeddedRedis, [name, ...words]: Buffer[]): Promise<Buffer> {
  const command = String(name).toUpperCase();
  if (command === 'HELLO') return hello(words[0]?.toString() ?? '2');
  try {
    const run = COMMANDS[command];
    if (!run) throw new Error(`ERR unknown command '${command.slice(0, 40)}' of the stand-in`);
    const reply = await run(redis, new Words(words));
    return reply === 'OK' || reply === 'PONG' ? Buffer.from(`+${reply}\r\n`) : encode(reply);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return Buffer.from(`-${message.replaceAll(/[\r\n]/g, ' ')}\r\n`);
  }
}

function hello(version: string): Buffer {
  if (version !== '2' && version !== '3') return Buffer.from('-NOPROTO unsupported protocol\r\n');
  const pairs = encode(['server', 'redis', 'version', VERSION, 'proto', Number(version)]);
  // In RESP3 it is a map of so many pairs.
  return version === '2' ? pairs : Buffer.concat([Buffer.from('%3'), pairs.subarray(2)]);
}

function encode(reply: Reply): Buffer {
  if (reply === null) return Buffer.from('$-1\r\n');
  if (typeof reply === 'number') return Buffer.from(`:${reply}\r\n`);
  if (Array.isArray(reply)) {
    return Buffer.concat([Buffer.from(`*${reply.length}\r\n`), ...reply.map(encode)]);
  }
  const bytes = Buffer.from(reply);
  return Buffer.concat([Buffer.from(`$${bytes.length}\r\n`), bytes, Buffer.from('\r\n')]);
}

/** An array of bulk strings, as every client sends it. null: it is something else. */
function readCommand(from: Buffer): { words: Buffer[]; length: number } | 'incomplete' | null {
  let at = 0;
  const readLength = (mark: string): number | 'incomplete' | null => {
    const end = from.indexOf('\r\n', at);
    if (end < 0) return from.length - at > 32 ? null : 'incomplete';
    const [, type, digits] = /^([*$])(\d{1,8})$/.exec(from.toString('latin1', at, end)) ?? [];
    at = end + 2;
    return type === mark ? Number(digits) : null;
  };
  const count = readLength('*');
  if (typeof count !== 'number') return count;
  const words: Buffer[] = [];
  while (words.length < count) {
    const length = readLength('$');
    if (typeof length !== 'number') return length;
    if (from.length < at + length + 2) return 'incomplete';
    words.push(from.subarray(at, at + length));
    at += length + 2;
  }
  return { words, length: at };
}
