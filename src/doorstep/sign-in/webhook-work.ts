import type { Logger } from 'pino';
import { digest } from '../crypto/digest.ts';
import { SessionStoreUnavailable } from '../errors.ts';
import { Turns, withRetries, withTimeout } from '../promises.ts';
import type { RedisCommands } from '../redis/commands.ts';
import type { RecheckSignal } from '../refresh/recheck-signal.ts';
import type { Revocations } from '../refresh/revocations.ts';
import { logEnded } from '../session/ending.ts';
import type { Sessions } from '../session/sessions.ts';
import type { Consequence, Delivery, WebhookOutcome } from './webhook-event.ts';

/** Logto waits for ten seconds; "out within two seconds" is what counts. */
const ANSWER_WITHIN_MS = 2000;
/** Longer than one is accepted for, clocks that are off either way included. */
const USED_MS = 11 * 60_000;
/** While Redis is away. Logto sends it only once, so it is for us to try again. */
const RETRY_AFTER_MS: readonly number[] = [250, 500, 1000, 2000, 5000, 10_000, 20_000, 20_000];
/** At work, or waiting for their turn or for Redis. */
const MAX_RUNNING = 2000;
/** That end sessions at the same time: pages go in between. */
const MAX_ENDING = 2;

export interface WebhookDeps {
  issuer: string;
  redis: RedisCommands;
  sessions: Sessions;
  signal: RecheckSignal;
  revocations: Revocations;
  logger: Logger;
  /** Default: 2000. Passed in, so that a test on a busy machine has time. */
  answerWithinMs?: number | undefined;
}

interface Given {
  body: Buffer;
  /** Its time is too far from ours: it may be an old one that somebody has kept. */
  isStale: boolean;
  requestId: string;
}

/** `goes_on`: what ends nobody's session may take its time; `late`: what does so may not. */
export type WebhookResult = 'done' | 'goes_on' | 'late' | 'failed' | 'overloaded';

interface Outcome {
  outcome: WebhookOutcome;
  sub?: string;
  users?: number;
  sessions?: number;
}

/** Carries out what Logto says in webhooks, each once. */
export class WebhookWork {
  readonly #deps: WebhookDeps;
  #running = 0;
  readonly #endings = new Turns(MAX_ENDING);
  /** Marking the sessions of thousands of members is done for one event after the other. */
  #marking: Promise<unknown> = Promise.resolve();

  constructor(deps: WebhookDeps) {
    this.#deps = deps;
  }

  /** Resolves within 2 seconds; the work may go on after that. */
  async run(delivery: Delivery, given: Given): Promise<WebhookResult> {
    const { logger, answerWithinMs = ANSWER_WITHIN_MS } = this.#deps;
    const line = { requestId: given.requestId, webhook: delivery.event ?? 'other' };
    if (this.#running >= MAX_RUNNING) {
      logger.error({ event: 'webhook.failed', ...line, why: 'overloaded' }, 'Too many wait');
      return 'overloaded';
    }
    this.#running += 1;
    const work = withRetries(() => this.#once(delivery, given), RETRY_AFTER_MS, isOutage).then(
      (outcome) => {
        const stale = given.isStale && { outcome: 'stale' };
        logger.info(
          { event: 'webhook.received', ...line, ...outcome, ...stale },
          'Webhook received',
        );
        return 'done' as const;
      },
      (err: unknown) => {
        logger.error({ event: 'webhook.failed', ...line, err }, 'A webhook was not carried out');
        return 'failed' as const;
      },
    );
    void work.finally(() => {
      this.#running -= 1;
    });
    const isEnding = delivery.consequence.kind === 'end' && !given.isStale;
    const result = await withTimeout<WebhookResult>(work, answerWithinMs, () =>
      isEnding ? 'late' : 'goes_on',
    );
    if (result === 'late') {
      logger.error(
        { event: 'webhook.late', ...line },
        'Sessions were not ended in time: it goes on',
      );
    }
    return result;
  }

  async #once({ consequence, updatedAt }: Delivery, given: Given): Promise<Outcome> {
    if (consequence.kind === 'none') return { outcome: 'ignored' };
    const { redis } = this.#deps;
    const key = `used-webhook:${digest(given.body)}`;
    if ((await redis.get(key)) !== null) return { outcome: 'repeated' };
    const outcome = await this.#carryOut(consequence, given, updatedAt);
    // Noted when all is done and not before: after a failure halfway, the same one must work.
    await redis.psetex(key, USED_MS, '1');
    return outcome;
  }

  async #carryOut(
    consequence: Exclude<Consequence, { kind: 'none' }>,
    { isStale, requestId }: Given,
    updatedAt: number | null,
  ): Promise<Outcome> {
    const { issuer: iss, sessions, signal, revocations, logger } = this.#deps;
    if (consequence.kind === 'recheck_all') {
      await signal.send();
      return { outcome: 'rechecked_all' };
    }
    const users = (subs: string[]) => subs.map((sub) => ({ iss, sub }));
    if (consequence.kind === 'recheck') {
      const [sub = ''] = consequence.subs;
      // An un-suspension, so that the suspension before it does not end what begins after it.
      if (updatedAt !== null && !isStale) await sessions.noteChange({ iss, sub }, updatedAt);
      return this.#mark(users(consequence.subs));
    }
    const { sub, why } = consequence;
    // Logto knows best what is so now: an old message is a reason to ask, and no more than that.
    if (isStale) return this.#mark(users([sub]));
    const isLatest = updatedAt === null || (await sessions.noteChange({ iss, sub }, updatedAt));
    if (!isLatest) return this.#mark(users([sub]));
    const ended = await this.#endings.run(() => sessions.endAll({ iss, sub }));
    void revocations.revokeAll(ended);
    if (ended.length > 0) logEnded(logger, { why, sub, requestId, sessions: ended.length });
    return { outcome: 'ended', sub, sessions: ended.length };
  }

  async #mark(users: { iss: string; sub: string }[]): Promise<Outcome> {
    const marked = this.#marking.then(() => this.#deps.sessions.askToRecheck(users));
    this.#marking = marked.catch(() => {});
    const [user] = users;
    return {
      outcome: 'rechecked',
      ...(users.length === 1 && user ? { sub: user.sub } : { users: users.length }),
      sessions: await marked,
    };
  }
}

const isOutage = (error: unknown): boolean => error instanceof SessionStoreUnavailable;
