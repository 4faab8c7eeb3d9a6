import { randomBytes } from 'node:crypto';
import { Command, type Redis } from 'ioredis';
import { addressText, type RedisConfig } from '../../../src/doorstep/operator.ts';
import type { Config } from '../../../src/site/config.ts';
import type { Check } from '../checkup.ts';
import { error, type Finding, goOn, ok, skipped, stop } from '../outcome.ts';
import {
  askServer,
  explain,
  type RedisInfo,
  type RedisServer,
  readClock,
  readInfo,
} from '../redis-connection.ts';
import { findMasters, type Master } from '../redis-topology.ts';
import type { World } from '../world.ts';

/**
 * Redis as the app needs it: it answers, and takes the commands that every page and every sign-in
 * send. Keys that nobody has are asked for, so nothing changes.
 */
export const redis: Check<Config, { servers: RedisServer[] }> = {
  name: 'Redis',
  async run({ redis: config }, world) {
    if (!config) {
      return stop(skipped('no REDIS_URL; in development sessions stay inside the process'));
    }
    const { findings, value: masters } = await findMasters(config, world);
    if (!masters) return stop(...findings);
    const looked = await Promise.all(masters.map((master) => look(master, config, world)));
    const wrong = looked.filter((one) => 'status' in one);
    if (wrong.length > 0) return stop(...findings, ...wrong);
    const servers = looked.filter((one) => 'info' in one);
    return goOn({ servers }, ...findings, ok(summary(servers, config)));
  },
};

async function look(
  { at, owns }: Master,
  config: RedisConfig,
  world: World,
): Promise<RedisServer | Finding> {
  try {
    return await askServer(at, config, world, async (client) => {
      const info = await readInfo(client, world);
      const wrong = wrongMode(info, config);
      if (wrong) return error(`${addressText(at)} ${wrong[0]}`, wrong[1]);
      await tryCommands(client, owns);
      return { at, info, ahead: await readClock(client, world) };
    });
  } catch (cause) {
    const { message, next } = explain(at, cause, { ...config, ...world });
    return error(
      message,
      config.mode === 'single' ? (next ?? '') : `${next} ${FOUND[config.mode]}`,
    );
  }
}

/** Where an address comes from that is not in REDIS_URL. */
const FOUND = {
  sentinel: 'The address is what the Sentinels say.',
  cluster: 'The address is what the cluster says.',
};

function wrongMode(info: RedisInfo, { mode }: RedisConfig): [string, string] | null {
  const is = info?.get('redis_mode');
  if (is === 'sentinel') {
    return [
      'is a Sentinel',
      'Set REDIS_MODE=sentinel; user, password and database in REDIS_URL are those of the servers behind it.',
    ];
  }
  return is === 'cluster' && mode !== 'cluster'
    ? ['is a node of a Redis Cluster', 'Set REDIS_MODE=cluster.']
    : null;
}

/** What a page sends, and what sign-in, refresh and sign-out are built of. */
async function tryCommands(client: Redis, owns: Master['owns']): Promise<void> {
  await client.getex(unusedKey('session:', owns), 'PX', 1000);
  await client.eval(`return redis.call('DEL', KEYS[1])`, 1, unusedKey('session-tokens:', owns));
}

/** A key that nobody has, in a slot of this server. */
function unusedKey(prefix: string, owns: Master['owns']): string {
  for (;;) {
    const key = `${prefix}check-${randomBytes(8).toString('hex')}`;
    if (owns(new Command('get', [key]).getSlot() ?? 0)) return key;
  }
}

function summary(servers: RedisServer[], { mode, sentinel }: RedisConfig): string {
  const [first] = servers;
  const where = servers.map(({ at }) => addressText(at)).join(', ');
  const version = versionOf(first?.info ?? null);
  if (mode === 'sentinel') return `${version} at ${where}, the master of “${sentinel.master}”`;
  if (mode === 'cluster') return `${version}, a cluster with masters at ${where}`;
  return `${version} at ${where}`;
}

function versionOf(info: RedisInfo): string {
  const valkey = info?.get('valkey_version');
  if (valkey) return `Valkey ${valkey}`;
  return info ? `version ${info.get('redis_version')}` : 'answers (INFO is forbidden)';
}
