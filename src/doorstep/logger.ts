import { type DestinationStream, type Logger, pino } from 'pino';
import { AppError } from './errors.ts';

/**
 * One JSON line an event. Errors are reduced to what is known to be harmless: jose hangs claims on
 * its errors and ioredis whole commands, with session ids and values in them (S29).
 */
export function createLogger(level: string, destination?: DestinationStream): Logger {
  const options = { level, base: null, serializers: { err: describe } };
  return destination ? pino(options, destination) : pino(options);
}

interface Described {
  type: string;
  message: string;
  code?: string;
  stack?: string;
  cause?: Described;
}

/** A cause may be its own cause. */
const MAX_CAUSES = 5;
/** Of a message or a stack, characters: others' code may put a whole document in there. */
const MAX_LENGTH = 4000;
const bounded = (text: string) =>
  text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}…` : text;

function describe(error: unknown): Described {
  // What a request did wrong is told by its message; where in our code it was noticed is noise.
  return describeError(error, !(error instanceof AppError && error.status < 500));
}

function describeError(error: unknown, withStack: boolean, left = MAX_CAUSES): Described {
  if (!(error instanceof Error)) return { type: typeof error, message: 'Not an Error' };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  // Redis quotes what it was sent ("unknown command …, with args beginning with …"), keys included.
  if (error.name === 'ReplyError') {
    return { type: error.name, message: error.message.split(' ', 1)[0] ?? '' };
  }
  return {
    type: error.name,
    message: bounded(error.message),
    ...(code && { code }),
    ...(withStack && error.stack && { stack: bounded(error.stack) }),
    ...(error.cause instanceof Error &&
      left > 0 && { cause: describeError(error.cause, withStack, left - 1) }),
  };
}
