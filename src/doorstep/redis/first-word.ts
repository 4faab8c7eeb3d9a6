import { connect } from 'node:net';
import { Redis } from 'ioredis';
import type { RedisAddress } from '../config/redis-address.ts';

/** Redis says it at once, and closes. */
const FIRST_WORD_TIMEOUT_MS = 300;

/** Its first clause: the rest is advice for redis-cli. */
const clauseOf = (text: string): string | null =>
  /^-?([A-Z]+ .+?)(?: because|[.\r\n]|$)/.exec(text)?.[1]?.slice(0, 120) ?? null;

export const isCutOff = (error: Error): boolean =>
  'code' in error && (error.code === 'EPIPE' || error.code === 'ECONNRESET');

/**
 * What a Redis says to whoever connects, before it is asked anything: in protected mode, or with too
 * many clients. It closes then, and a client that writes meanwhile sees EPIPE instead. Since nothing
 * was sent, there is nothing of ours in it.
 *
 * @returns null when it says nothing within 300 ms, as a Redis that is well.
 */
function firstWord({ host, port }: RedisAddress): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const end = (word: string | null) => {
      socket.destroy();
      resolve(word);
    };
    socket.setTimeout(FIRST_WORD_TIMEOUT_MS, () => end(null));
    socket.on('error', () => end(null)).on('close', () => resolve(null));
    socket.setEncoding('utf8').on('data', (text) => end(clauseOf(String(text))));
  });
}

/** For a connection that was cut: Redis's own word on it, or the same error where it says nothing. */
export async function withFirstWord(error: Error, at: RedisAddress): Promise<Error> {
  const word = await firstWord(at);
  return word === null ? error : new Error(word, { cause: error });
}

/**
 * ioredis prints two things to the console at each attempt: protected mode, which it takes for a
 * password that isn't needed, and an INFO that is forbidden. The first becomes the error that it is,
 * the second nothing, since the ready check passes.
 */
export function quietHandshake(redis: Redis): void {
  const { hello, info } = Redis.prototype;
  Object.assign(redis, {
    hello: (...words: unknown[]) =>
      Reflect.apply(hello, redis, words).catch((error: Error) => {
        throw error.message.startsWith('DENIED') ? new Error(clauseOf(error.message) ?? '') : error;
      }),
    info: (...words: unknown[]) => {
      const done = words.at(-1);
      if (typeof done !== 'function') return Reflect.apply(info, redis, words);
      return Reflect.apply(info, redis, [
        ...words.slice(0, -1),
        (error: Error | null, text: unknown) =>
          error?.message.startsWith('NOPERM') ? done(null, '') : done(error, text),
      ]);
    },
  });
}
