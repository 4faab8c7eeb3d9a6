import type { Request, RequestHandler } from 'express';
import { Misuse } from '../errors.ts';

/**
 * What an app may already have that can't work beside the kit, each with what to do about it. Said at
 * the first request, since most of it can't be seen before.
 */
export const rejectMisuse: RequestHandler = (req, _res, next) => {
  if (req.baseUrl !== '') {
    throw new Misuse(
      `auth.middleware is mounted under ${req.baseUrl}: write app.use(auth.middleware), without a path`,
    );
  }
  // A kit that kept its sessions in somebody else's store would keep none of its promises.
  if (has(req, 'session') || has(req, 'sessionStore')) {
    throw new Misuse(
      'Another session middleware runs before auth.middleware: take it out, since auth.middleware brings express-session with req.session',
    );
  }
  // `auth.bearer` sets both to one object, and its requests may come by here.
  if (has(req, 'auth') && Reflect.get(req, 'user') !== req.auth) {
    throw new Misuse(
      'Something before auth.middleware has set req.auth, which is the kit’s: take it out, or give it another name',
    );
  }
  next();
};

const has = (req: object, name: string) => Reflect.get(req, name) !== undefined;

/** For requests without a session: the setter is the first thing that another express-session touches. */
export function rejectLaterSession(req: Request): void {
  Object.defineProperty(req, 'sessionStore', {
    configurable: true,
    get: () => undefined,
    set: () => {
      throw new Misuse(
        'Another express-session runs after auth.middleware: take it out, since auth.middleware brings req.session',
      );
    },
  });
}

/** A signature is of the bytes as they came: what somebody has parsed is not that any more. */
export function rejectParsedBody(req: Request): void {
  if (req.body === undefined || Buffer.isBuffer(req.body)) return;
  throw new Misuse(
    'A body parser before auth.middleware has read a webhook: put auth.middleware above it',
  );
}

/** A body that somebody has read as it came can't be read again. */
export function rejectReadBody(req: Request): void {
  if (typeof req.body !== 'string' && !Buffer.isBuffer(req.body)) return;
  throw new Misuse(
    'A body parser before auth.middleware has read the body as text or bytes: put auth.middleware above it',
  );
}

/** The body parser's error when the connection ended before the body did: nobody is left to answer. */
export const isAborted = (thrown: unknown): boolean =>
  thrown instanceof Error && 'type' in thrown && thrown.type === 'request.aborted';
