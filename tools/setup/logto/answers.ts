import type { z } from 'zod';
import { LogtoRefusal, SetupError } from '../errors.ts';
import { explainAnswer } from './refusal.ts';

export interface Answer {
  data?: unknown;
  error?: unknown;
  response: Response;
}

/**
 * The body of an answer, checked: the types of @logto/api are looser than the API, and in places wrong.
 *
 * @throws {LogtoRefusal} when it is no success.
 * @throws {SetupError} when it has another shape.
 */
export async function take<T>(
  call: string,
  schema: z.ZodType<T>,
  answering: Promise<Answer>,
): Promise<T> {
  const { data, error, response } = await answering;
  if (!response.ok) throw new LogtoRefusal(explainAnswer(call, response.status, error));
  const parsed = schema.safeParse(data);
  if (parsed.success) return parsed.data;
  const where = parsed.error.issues[0]?.path.join('.') || 'the body';
  throw new SetupError(
    `Logto's answer to ${call} has an unknown shape (${where}): this set-up knows Logto 1.42 and 1.43.`,
  );
}
