import { SessionStoreUnavailable } from '../errors.ts';

/** Whatever goes wrong while Redis is asked, it never means "no": it means that nobody knows (C21). */
export async function wrapRedisError<Answer>(
  what: string,
  answer: Promise<Answer>,
): Promise<Answer> {
  try {
    return await answer;
  } catch (cause) {
    throw new SessionStoreUnavailable(`${what} could not be reached`, { cause });
  }
}
