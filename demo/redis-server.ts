import { createHash } from 'node:crypto';
import { createServer, type Socket } from 'node:net';
import { SCRIPTS } from '../src/doorstep/operator.ts';
import { listenSwitchably } from './hugging-face/local-server.ts';
import { EmbeddedRedis } from './redis.ts';

type Reply = string | number | Buffer | null | Reply[];

/** The arguments of a command. */
class Arguments {
  readonly #all: Buffer[];
  constructor(all: Buffer[]) {
    this.#all = all;
  }
  bytes(at: number): Buffer {
    const argument = this.#all[at];
    if (!argument) throw new Error('ERR wrong number of arguments');
    return argument;
  }
  text = (at: number): string => this.bytes(at).toString();
  number = (at: number): number => Number(this.text(at));
  from = (at: number): Arguments => new Arguments(this.#all.slice(at));
  texts = (): string[] => this.#all.map(String);
}

type Command = (redis: EmbeddedRedis, args: Arguments) => Promise<Reply>;

/** With the arguments from the first key on. */
const SCRIPT_COMMANDS: Record<keyof typeof SCRIPTS, Command> = {
  createSession: (redis, a) =>
    redis.createSession(a.text(0), a.text(1), a.bytes(2), a.number(3), a.bytes(4), a.number(5)),
  endSession: (redis, a) => redis.endSessionBuffer(a.text(0), a.text(1)),
  updateSession: (redis, a) => redis.updateSession(a.text(0), a.bytes(1), a.bytes(2)),
  writeTokens: (redis, a) => redis.writeTokens(a.text(0), a.number(1), a.bytes(2), a.number(3)),
  writeBesideTokens: (redis, a) => redis.writeBesideTokens(a.text(0), a.text(1), a.bytes(2)),
  takeTokens: (redis, a) => redis.takeTokensBuffer(a.text(0)),
  acquireLock: (redis, a) => redis.acquireLock(a.text(0), a.text(1), a.number(2), a.text(3)),
  releaseLock: (redis, a) => redis.releaseLock(a.text(0), a.text(1), a.text(2), a.number(3)),
  addToUserIndex: (redis, a) =>
    redis.addToUserIndex(a.text(0), a.text(1), a.text(2), a.text(3), a.number(4)),
  addToLogtoIndex: (redis, a) =>
    redis.addToLogtoIndex(a.text(0), a.text(1), a.text(2), a.number(3)),
  listIndex: (redis, a) => redis.listIndex(a.text(0), a.number(1), a.number(2)),
  leaveIndex: (redis, a) => redis.leaveIndex(a.text(0), a.text(1), a.number(2)),
  readMark: (redis, a) => redis.readMark(a.text(0)),
  raiseMark: (redis, a) => redis.raiseMark(a.text(0), a.number(1), a.number(2)),
};

const sha1 = (lua: string | Buffer): string => createHash('sha1').update(lua).digest('hex');

const byName: Record<string, Command | undefined> = SCRIPT_COMMANDS;
/** By digest and number of keys: two of them differ in nothing else. */
const scripts = new Map<string, Command | undefined>(
  Object.entries(SCRIPTS).map(([name, { lua, numberOfKeys }]) => [
    `${sha1(lua)} ${numberOfKeys}`,
    byName[name],
  ]),
);
/** By which `doorstep check` tries whether scripts run. */
scripts.set(`${sha1("return redis.call('DEL', KEYS[1])")} 1`, (redis, a) => redis.del(a.text(0)));

/** @param args after the script: the number of keys, the keys, the rest */
async function runScript(redis: EmbeddedRedis, digest: string, args: Arguments): Promise<Reply> {
  const command = scripts.get(`${digest} ${args.text(0)}`);
  if (!command) throw new Error('NOSCRIPT No matching script: the stand-in runs no Lua');
  return command(redis, args.from(1));
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
  GET: (redis, a) => redis.getBuffer(a.text(0)),
  GETEX: (redis, a) => redis.getexBuffer(a.text(0), unit(a.text(1)), a.number(2)),
  SET: (redis, a) =>
    redis.set(a.text(0), a.bytes(1), unit(a.text(2)), a.number(3), condition(a.text(4))),
  PSETEX: (redis, a) => redis.psetex(a.text(0), a.number(1), a.text(2)),
  PEXPIRE: (redis, a) => redis.pexpire(a.text(0), a.number(1)),
  PTTL: (redis, a) => redis.pttl(a.text(0)),
  DEL: (redis, a) => redis.del(a.text(0)),
  HMGET: (redis, a) => redis.hmgetBuffer(a.text(0), ...a.from(1).texts()),
  ZREM: (redis, a) => redis.zrem(a.text(0), a.text(1)),
  RPUSH: (redis, a) => redis.rpush(a.text(0), a.text(1)),
  LRANGE: (redis, a) => redis.lrange(a.text(0), a.number(1), a.number(2)),
  LLEN: (redis, a) => redis.llen(a.text(0)),
  LTRIM: (redis, a) => redis.ltrim(a.text(0), a.number(1), a.number(2)),
  EVALSHA: (redis, a) => runScript(redis, a.text(0), a.from(1)),
  EVAL: (redis, a) => runScript(redis, sha1(a.bytes(0)), a.from(1)),
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
  const { port: chosen, ...lifecycle } = await listenSwitchably(server, port, () => {
    for (const socket of sockets) socket.destroy();
  });
  return { url: `redis://localhost:${chosen}`, ...lifecycle };
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

async function replyTo(redis: EmbeddedRedis, [name, ...args]: Buffer[]): Promise<Buffer> {
  const command = String(name).toUpperCase();
  if (command === 'HELLO') return hello(args[0]?.toString() ?? '2');
  try {
    const run = COMMANDS[command];
    if (!run) throw new Error(`ERR unknown command '${command.slice(0, 40)}' of the stand-in`);
    const reply = await run(redis, new Arguments(args));
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
