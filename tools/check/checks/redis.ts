import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import type { Config } from '../../../src/config.ts';
import type { Check } from '../checkup.ts';
import { error, goOn, ok, skipped, stop } from '../outcome.ts';
import type { World } from '../world.ts';

/** Redis's own description of itself (INFO); null when this user may not read it. */
export type RedisInfo = Map<string, string> | null;

/**
 * Redis as the app needs it: it answers, and takes the commands that every page and every sign-in
 * send. A key that nobody has is asked for, so nothing changes.
 */
export const redis: Check<Config, { info: RedisInfo }> = {
  name: 'Redis',
  async run({ redisUrl }, world) {
    if (!redisUrl) {
      return stop(skipped('no REDIS_URL; in development sessions stay inside the process'));
    }
    const { host } = new URL(redisUrl);
    const client = connect(redisUrl, world);
    let lastError: Error | null = null;
    client.on('error', (cause) => {
      lastError ??= cause;
    });
    // All together; each of its commands has the same limit, but they come one after another.
    const tooLate = setTimeout(() => {
      lastError ??= new Error('timed out');
      client.disconnect();
    }, world.timeoutMs);
    try {
      await client.connect();
      const info = await client.info().then(parseInfo, onlyForbidden);
      await tryCommands(client);
      return goOn({ info }, ok(`${versionOf(info)} at ${host}`));
    } catch (cause) {
      // When the connection fails, the command only says "Connection is closed".
      return stop(explain(host, lastError ?? cause, world));
    } finally {
      clearTimeout(tooLate);
      client.disconnect();
    }
  },
};

const connect = (url: string, { timeoutMs }: World): Redis =>
  new Redis(url, {
    lazyConnect: true,
    enableReadyCheck: false,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
    connectTimeout: timeoutMs,
    commandTimeout: timeoutMs,
    // Not the usual 2 s for a last word from one that hangs.
    disconnectTimeout: 100,
  });

/** What a page sends, and what sign-in, refresh and sign-out are built of. */
async function tryCommands(client: Redis): Promise<void> {
  const id = `check-${randomBytes(8).toString('hex')}`;
  await client.getex(`session:${id}`, 'PX', 1000);
  await client.eval(`return redis.call('DEL', KEYS[1])`, 1, `session-tokens:${id}`);
}

function parseInfo(text: string): RedisInfo {
  const lines = text.matchAll(/^(\w+):(.*?)\r?$/gm);
  return new Map([...lines].map(([, key = '', value = '']) => [key, value]));
}

function onlyForbidden(cause: unknown): null {
  if (cause instanceof Error && /^NOPERM|unknown command/.test(cause.message)) return null;
  throw cause;
}

function versionOf(info: RedisInfo): string {
  const valkey = info?.get('valkey_version');
  if (valkey) return `Valkey ${valkey}`;
  return info ? `version ${info.get('redis_version')}` : 'answers (INFO is forbidden)';
}

/** By the first word of Redis's error, or Node's error code. */
const EXPLANATIONS: [RegExp, string, string][] = [
  [
    /^(NOAUTH|WRONGPASS|ERR AUTH)/,
    'refuses the password or user in REDIS_URL',
    'Correct REDIS_URL.',
  ],
  [
    /^NOPERM/,
    'does not let this user do what the app does',
    'Allow it to read, write and run scripts on the keys of this app (+@read +@write +@scripting).',
  ],
  [/^READONLY/, 'is a replica, which takes no writes', 'Set REDIS_URL to the primary.'],
  [/unknown command/, 'is too old: it lacks GETEX', 'Use Redis 6.2 or later, or Valkey.'],
  [/^OOM/, 'is full and takes no more writes', 'Give it more memory (maxmemory).'],
  [/^MISCONF/, 'can’t write to its disk', 'Free some space over there; its log says more.'],
  [/^LOADING/, 'is still loading its data', 'Wait a little, then run this again.'],
  [/ENOTFOUND|EAI_AGAIN/, 'is a name without an address', 'Correct the host in REDIS_URL.'],
  [/ECONNREFUSED/, 'takes no connection', 'Start it, or correct host and port in REDIS_URL.'],
  [
    /SSL|TLS|EPROTO|CERT|SELF_SIGNED/i,
    'and this machine can’t agree on TLS',
    'Use rediss:// for a Redis with TLS, redis:// for one without; for a certificate authority of your own set NODE_EXTRA_CA_CERTS.',
  ],
];

function explain(host: string, cause: unknown, { timeoutMs }: World) {
  const text = cause instanceof Error ? [cause.message, codeOf(cause)].join(' ') : '';
  const known = EXPLANATIONS.find(([pattern]) => pattern.test(text));
  if (known) return error(`${host} ${known[1]}`, known[2]);
  if (/timed out|ETIMEDOUT/i.test(text)) {
    const next = 'Look for a firewall, or rediss:// where plain redis:// is meant.';
    return error(`${host} does not answer within ${timeoutMs / 1000} s`, next);
  }
  return error(
    `${host} broke the connection off`,
    'The log of Redis says more; check redis:// or rediss://.',
  );
}

const codeOf = (cause: Error): string => ('code' in cause ? String(cause.code) : '');
