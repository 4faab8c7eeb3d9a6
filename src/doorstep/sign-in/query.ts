import type { Request } from 'express';
import type { z } from 'zod';
import { BadInput } from '../errors.ts';

/** The parameters of a link, each once. @throws {BadInput} that names the first one that is wrong. */
export function parseQuery<T>(schema: z.ZodType<T>, req: Request): T {
  const parsed = schema.safeParse(req.query);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const name = String(issue?.path[0]);
  const doubled = Array.isArray(req.query[name]);
  throw new BadInput(
    `${name} is invalid`,
    `${name} ${doubled ? 'may be given once' : issue?.message}`,
  );
}
