import type { Logger } from 'pino';
import { intercept } from './redis/intercept.ts';
import { DEFAULT_PATHS } from './sign-in/paths.ts';

const WINDOW_MS = 60_000;
/** Of each event and reason in a window; beyond, only the line at twice as many, at four times, … */
const MAX_LINES = 60;
/** Reasons come from a list, but a host's own error may bring any. */
const MAX_KINDS = 100;

/**
 * What anybody can make happen as often as they like. Everything else is always written: sign-ins and their
 * failures, sign-outs and refreshes (S29), which have limits of their own.
 */
const SAMPLED: unknown[] = [
  'request.failed',
  'request.refused',
  'error_page.failed',
  'backchannel_logout.refused',
  'backchannel_logout.overloaded',
  'webhook.refused',
  'accept.failed',
];

interface Kind {
  of: unknown;
  reason: unknown;
  lines: number;
  leftOut: number;
}

export interface SampledLog {
  logger: Logger;
  /** Writes what was left out until now: before the process ends. */
  flush(): void;
}

/**
 * The same logger, but what others can cause without end is written 60 times a minute for each event and
 * reason, then less and less often; after the minute one line (`log.left_out`) says how many were left out.
 *
 * @param signInPaths where an outage is a sign-in that failed, and so always written
 */
export function sampleLog(
  logger: Logger,
  {
    signIn = DEFAULT_PATHS.signIn,
    signUp = DEFAULT_PATHS.signUp,
    callback = DEFAULT_PATHS.callback,
  }: Partial<typeof DEFAULT_PATHS> = {},
): SampledLog {
  const signInPaths: unknown[] = [signIn, signUp, callback];
  const kinds = new Map<string, Kind>();
  let timer: NodeJS.Timeout | undefined;

  function flush(): void {
    clearTimeout(timer);
    timer = undefined;
    for (const { of, reason, leftOut } of kinds.values()) {
      if (leftOut === 0) continue;
      logger.warn({ event: 'log.left_out', of, reason, leftOut }, 'More lines of this kind');
    }
    kinds.clear();
  }

  function kindOf(of: unknown, reason: unknown): Kind {
    const isFull = kinds.size >= MAX_KINDS;
    const name = `${of} ${typeof reason === 'string' ? reason : ''}`;
    const key = isFull && !kinds.has(name) ? String(of) : name;
    const known = kinds.get(key);
    if (known) return known;
    const kind = { of, reason: key === name ? reason : 'other', lines: 0, leftOut: 0 };
    kinds.set(key, kind);
    return kind;
  }

  function isLeftOut(level: string, line: unknown): boolean {
    if (typeof line !== 'object' || line === null) return false;
    const { event, reason, path }: Record<string, unknown> = { ...line };
    if (!SAMPLED.includes(event)) return false;
    if (level === 'error' && signInPaths.includes(path)) return false;
    const kind = kindOf(event, reason);
    kind.lines += 1;
    timer ??= setTimeout(flush, WINDOW_MS).unref();
    const times = kind.lines / MAX_LINES;
    if (times <= 1 || (Number.isInteger(times) && (times & (times - 1)) === 0)) return false;
    kind.leftOut += 1;
    return true;
  }

  return {
    logger: intercept(logger, (level, [line], write) =>
      isLeftOut(level, line) ? undefined : write(),
    ),
    flush,
  };
}
