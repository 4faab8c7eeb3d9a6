import { setTimeout as sleep } from 'node:timers/promises';
import express, { type Request, type RequestHandler, type Response } from 'express';

/** What goes wrong with a call; in all but `lost` the call has no effect. */
export type Fault =
  | { status: number; body?: string | object; headers?: Record<string, string> }
  /** No answer, until the client gives up. */
  | 'hang'
  /** The connection is reset before the call is looked at. */
  | 'reset'
  /** Status 200, and JSON that breaks off. */
  | 'garbage'
  /** The call is carried out, and the connection reset instead of the answer. */
  | 'lost';

export interface Faults<Endpoint extends string> {
  /** Calls that arrived at each endpoint, failed ones included. */
  calls: Readonly<Record<Endpoint, number>>;
  resetCalls(): void;
  /** The next `times` calls of `endpoint` fail; faults of one endpoint queue up. */
  failNext(endpoint: Endpoint, fault: Fault, times?: number): void;
  /** The next `times` calls of `endpoint` wait for `milliseconds` (real time) first. */
  delayNext(endpoint: Endpoint, milliseconds: number, times?: number): void;
  /** The next call of `endpoint` waits first, until the function that is returned is called. */
  holdNext(endpoint: Endpoint): () => void;
  /** Forgets the faults, delays and holds that were not used up. */
  heal(): void;
  middleware: RequestHandler;
}

/**
 * Counting, failing and delaying of calls.
 *
 * @param calls every endpoint with 0
 * @param onFailed called with the parsed form of a call that no handler will see
 */
export function createFaults<Endpoint extends string>(
  calls: Record<Endpoint, number>,
  endpointOf: (req: Request) => Endpoint | undefined,
  onFailed: (endpoint: Endpoint, body: unknown) => void = () => {},
): Faults<Endpoint> {
  const faults = new Map<Endpoint, Fault[]>();
  const delays = new Map<Endpoint, (() => Promise<unknown>)[]>();
  const readForm = express.urlencoded({ extended: false });

  const middleware: RequestHandler = async (req, res, next) => {
    const endpoint = endpointOf(req);
    if (!endpoint) return next();
    calls[endpoint] += 1;
    const delay = delays.get(endpoint)?.shift();
    const fault = faults.get(endpoint)?.shift();
    await delay?.();
    if (!fault) return next();
    if (fault === 'lost') {
      loseAnswer(req, res);
      return next();
    }
    readForm(req, res, () => {
      onFailed(endpoint, req.body);
      fail(req, res, fault);
    });
  };

  return {
    calls,
    resetCalls: () => {
      for (const endpoint in calls) calls[endpoint] = 0;
    },
    failNext: (endpoint, fault, times = 1) => enqueue(faults, endpoint, fault, times),
    delayNext: (endpoint, milliseconds, times = 1) =>
      enqueue(delays, endpoint, () => sleep(milliseconds), times),
    holdNext: (endpoint) => {
      let release = () => {};
      const released = new Promise<void>((resolve) => {
        release = resolve;
      });
      enqueue(delays, endpoint, () => released, 1);
      return release;
    },
    heal: () => {
      faults.clear();
      delays.clear();
    },
    middleware,
  };
}

function enqueue<K, V>(queues: Map<K, V[]>, key: K, value: V, times: number): void {
  queues.set(key, [...(queues.get(key) ?? []), ...Array<V>(times).fill(value)]);
}

function fail(req: Request, res: Response, fault: Exclude<Fault, 'lost'>): void {
  if (fault === 'hang') return;
  if (fault === 'reset') {
    req.socket.resetAndDestroy();
  } else if (fault === 'garbage') {
    res.type('json').send('{"access_token": "cut off he');
  } else {
    res
      .status(fault.status)
      .set(fault.headers ?? {})
      .send(fault.body ?? '');
  }
}

function loseAnswer(req: Request, res: Response): void {
  const reset = () => {
    req.socket.resetAndDestroy();
    return res;
  };
  res.end = reset;
  res.write = () => true;
}
