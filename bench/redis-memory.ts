import { randomBytes } from 'node:crypto';
import {
  connectRedis,
  createLogger,
  SESSION_PURPOSE,
  Sealer,
  singleRedis,
  TokenStore,
  UserIndex,
} from '../src/doorstep/operator.ts';
import { type RedisServer, startRedisServer } from '../test/harness/redis-server.ts';
import { SESSION_SECRET } from './contenders.ts';
import type { Subject } from './measure.ts';
import type { Finding } from './results.ts';
import { sessionBehind, tokensBehind } from './stored-session.ts';

const PEOPLE = 10_000;
const TWO_DAYS = 2 * 24 * 60 * 60_000;

/** What one signed-in person takes of Redis's memory, all keys and Redis's own share of them included. */
export async function memoryOfOnePerson(redis: RedisServer, doorstep: Subject): Promise<Finding> {
  const { id, json } = await sessionBehind(redis.admin, doorstep.visitor.cookies);
  const tokens = await tokensBehind(redis.admin, id);
  const { iss, endsAt }: { iss: string; endsAt: number } = JSON.parse(json).user;
  const sealer = new Sealer([SESSION_SECRET]);
  const empty = await startRedisServer();
  const client = connectRedis(singleRedis(empty.url), createLogger('silent'));
  await new Promise((resolve) => client.once('ready', resolve));
  const tokenStore = new TokenStore({ redis: client, sealer, lifeMs: TWO_DAYS, now: Date.now });
  const index = new UserIndex(client, Date.now);

  const signInOne = async () => {
    const own = randomBytes(24).toString('base64url');
    const owner = {
      iss,
      sub: randomBytes(6).toString('hex'),
      sid: randomBytes(16).toString('hex'),
    };
    await Promise.all([
      client.psetex(`session:${own}`, TWO_DAYS, sealer.seal(json, SESSION_PURPOSE, own)),
      tokenStore.write(own, 0, tokens, endsAt),
      index.add(owner, own, { endsAt, startedAt: Date.now(), checkedAt: Date.now() }),
    ]);
  };
  const before = await usedMemory(empty);
  for (let done = 0; done < PEOPLE; done += 100) {
    await Promise.all(Array.from({ length: 100 }, signInOne));
  }
  const each = ((await usedMemory(empty)) - before) / PEOPLE;
  client.disconnect();
  await empty.close();
  return {
    what: 'bytes of Redis memory for each signed-in person, everything included',
    goal: '–',
    found: `${Math.round(each)} (a million people: ${((each * 1e6) / 2 ** 30).toFixed(1)} GiB)`,
  };
}

async function usedMemory({ admin }: RedisServer): Promise<number> {
  return Number(/used_memory:(\d+)/.exec(await admin.info('memory'))?.[1] ?? Number.NaN);
}
