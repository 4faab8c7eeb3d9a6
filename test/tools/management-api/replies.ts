import type { ErrorRequestHandler, Request, Response } from 'express';
import { z } from 'zod';

/** An answer that is no success, with the body that Logto gives it. */
export class Refusal extends Error {
  readonly status: number;
  readonly body: object | string;

  constructor(status: number, body: object | string) {
    super(JSON.stringify(body));
    this.status = status;
    this.body = body;
  }
}

export function refuse(status: number, code: string, message: string, more: object = {}): Refusal {
  return new Refusal(status, { code, message, ...more });
}

export const notFound = (what: string, id: string) =>
  refuse(404, 'entity.not_exists_with_id', `The ${what} with ID \`${id}\` does not exist.`);

/** Logto's guard of a request body. Unknown fields are dropped. */
export function guarded<T>(schema: z.ZodType<T>, body: unknown): T {
  const parsed = schema.safeParse(body ?? {});
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map(({ code, path, message }) => ({ code, path, message }));
  const details = issues
    .map(({ code, path, message }) => `Error in key path "${path.join('.')}": (${code}) ${message}`)
    .join('\n');
  throw refuse(400, 'guard.invalid_input', 'The request body is invalid.', {
    data: { issues, name: 'ZodError' },
    details,
  });
}

const page = z.object({
  page: z.coerce.number().positive().optional(),
  page_size: z.coerce.number().positive().max(100).optional(),
});

/** One page of a list. Without parameters a list is whole, or its first 20 (`always`). */
export function sendList<T>(
  req: Request,
  res: Response,
  items: T[],
  paging: 'optional' | 'always' | 'never',
): void {
  const query = page.safeParse(req.query);
  if (!query.success && paging !== 'never') {
    throw refuse(400, 'guard.invalid_pagination', 'The request pagination value is invalid.');
  }
  const { page: number, page_size: size = 20 } = query.data ?? {};
  if (paging === 'never' || (paging === 'optional' && !req.query.page && !req.query.page_size)) {
    res.json(items);
    return;
  }
  const start = ((number ?? 1) - 1) * size;
  // Logto's own mistake: the address in its Link header lacks /api.
  const first = `<http://${req.headers.host}${req.path}?page=1&page_size=${size}>; rel="first"`;
  res.set({ 'Total-Number': String(items.length), Link: first });
  res.json(items.slice(start, start + size));
}

export const sendRefusal: ErrorRequestHandler = (error, _req, res, next) => {
  if (!(error instanceof Refusal)) return next(error);
  if (typeof error.body === 'string') res.status(error.status).type('text').send(error.body);
  else res.status(error.status).json(error.body);
};
