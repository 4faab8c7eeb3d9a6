import type { Redis } from 'ioredis';
import { SESSION_PURPOSE, Sealer, TOKENS_PURPOSE, type Tokens } from '../src/doorstep/operator.ts';
import { SESSION_SECRET } from './contenders.ts';
import type { Subject } from './measure.ts';

interface Found {
  id: string;
  json: string;
}

/** The session of a Doorstep cookie, as it is stored, unsealed. */
export async function sessionBehind(redis: Redis, cookies: string): Promise<Found> {
  const id = decodeURIComponent(/doorstep(?:-\d+)?=s%3A([^.]+)\./.exec(cookies)?.[1] ?? '');
  const envelope = await redis.getBuffer(`session:${id}`);
  const json = envelope && new Sealer([SESSION_SECRET]).unseal(envelope, SESSION_PURPOSE, id);
  if (!json) throw new Error('Doorstep has no session behind its cookie');
  return { id, json };
}

/** The tokens of a session, unsealed. */
export async function tokensBehind(redis: Redis, id: string): Promise<Tokens> {
  const sealed = await redis.hgetBuffer(`session-tokens:${id}`, 'sealed');
  const json = sealed && new Sealer([SESSION_SECRET]).unseal(sealed, TOKENS_PURPOSE, id);
  if (!json) throw new Error('The session has no tokens');
  return JSON.parse(json);
}

/** Gives the lower bound the very session that Doorstep has, as plain JSON. @returns its cookie. */
export async function giveFloorASession(redis: Redis, doorstep: Subject): Promise<string> {
  const { json } = await sessionBehind(redis, doorstep.visitor.cookies);
  const { user, idToken } = JSON.parse(json);
  const record = { user: { ...user, iat: Math.floor(user.signedInAt / 1000) }, idToken };
  await redis.set('floor:session', JSON.stringify(record));
  return 'floor=session';
}
