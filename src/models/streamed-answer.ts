import { randomUUID } from 'node:crypto';
import type { Response } from 'express';
import {
  connectAddress,
  type GuardedRequest,
  requestIdOf,
  setLanguageHeaders,
  signInAddress,
} from '../doorstep/index.ts';
import type { PageDeps } from '../site/feature.ts';
import type { Messages } from '../site/languages/translation.ts';
import { AnswerText } from './answer-text.ts';
import { ask } from './ask.ts';
import { FAILURES, ModelFailed } from './failures.ts';
import { type ModelsPage, pageOf } from './page.ts';

/** All of an answer, milliseconds: proxies give up after 60 seconds of silence. */
const TIME_LIMIT_MS = 55_000;

/** One question and its page. Nothing of the page is sent before the model's first word. */
export class StreamedAnswer {
  readonly #deps: PageDeps;
  readonly #req: GuardedRequest;
  readonly #res: Response;
  readonly #question: string;
  readonly #t: Messages;
  readonly #text = new AnswerText();
  /** Stands where the answer goes; nobody can have written it into the question. */
  readonly #mark = randomUUID();

  constructor(deps: PageDeps, req: GuardedRequest, res: Response, question: string) {
    this.#deps = deps;
    this.#req = req;
    this.#res = res;
    this.#question = question;
    this.#t = deps.languages.of(req).t;
  }

  /** @throws What the kit throws when there is no token: the error page says how to connect again. */
  async run(): Promise<void> {
    const { auth, config, fetch, logger } = this.#deps;
    const token = await this.#req.auth.huggingFace.getAccessToken();
    // express-session saves when an answer ends, and this one's headers go long before.
    await auth.save(this.#req);
    const call = new AbortController();
    const timer = setTimeout(() => call.abort(new ModelFailed('too_slow')), TIME_LIMIT_MS);
    this.#res.once('close', () => call.abort());
    if (this.#res.closed) call.abort();
    const { endpoint, name: model } = config.models;
    const question = this.#question;
    try {
      const pieces = ask({ endpoint, model, fetch }, { token, question, signal: call.signal });
      for await (const piece of pieces) this.#write(piece);
      if (!this.#res.headersSent) throw new ModelFailed('empty');
      this.#res.end(this.#html(null)[1]);
      const line = { event: 'model.answered', requestId: requestIdOf(this.#req), model };
      logger.info({ ...line, characters: this.#text.length }, 'A model answered');
    } catch (error) {
      if (!(error instanceof ModelFailed)) throw error;
      this.fail(error);
    } finally {
      clearTimeout(timer);
    }
  }

  /** In words, in the place of an answer or below what there is of one. */
  fail(failed: ModelFailed): void {
    const { reason, httpStatus, retryAfterSeconds } = failed;
    const { logger, config, send } = this.#deps;
    const line = { event: 'model.failed', requestId: requestIdOf(this.#req), reason, httpStatus };
    // Whoever asked has gone: nobody's failure.
    if (this.#res.closed) {
      logger.info({ ...line, reason: 'abandoned' }, 'Nobody waits for the answer');
      return;
    }
    logger.warn({ ...line, model: config.models.name }, failed.message);
    if (this.#res.headersSent) {
      this.#res.end(this.#html(failed)[1]);
      return;
    }
    this.#res.status(FAILURES[reason].status);
    if (retryAfterSeconds !== null) this.#res.set('Retry-After', String(retryAfterSeconds));
    const failure = this.#failure(failed);
    const page = pageOf(this.#deps, { question: this.#question, failure });
    send(this.#req, this.#res, 'models', page, { title: () => failure.heading });
  }

  #write(piece: string): void {
    const html = this.#text.add(piece);
    if (!this.#res.headersSent) {
      if (html.trim() === '') return;
      // nginx waits for a page's end, others compress it as a whole: not this one.
      this.#res.set({ 'Cache-Control': 'no-store, no-transform', 'X-Accel-Buffering': 'no' });
      setLanguageHeaders(this.#res, this.#deps.languages.of(this.#req).tag);
      this.#res.type('html').write(this.#html(null)[0]);
    }
    // A slow browser is not waited for: what it may owe is bounded.
    this.#res.write(html);
    if (this.#text.isFull) throw new ModelFailed('too_long');
  }

  /** The page before the answer, and after it. */
  #html(failed: ModelFailed | null): [before: string, after: string] {
    const answered = { question: this.#question, answer: this.#mark };
    const failure = failed && this.#failure(failed);
    const page = pageOf(this.#deps, { answered, failure });
    const html = this.#deps.render(this.#req, 'models', page, {
      title: ({ models }) => models.title,
    });
    const [before = '', after = ''] = html.split(this.#mark);
    return [before, after];
  }

  #failure({ reason }: ModelFailed): NonNullable<ModelsPage['failure']> {
    const { heading, happened, todo } = this.#t.models.failures[reason];
    const { way } = FAILURES[reason];
    const ways = {
      connect: {
        label: this.#t.common.connectAgain,
        href: connectAddress(signInAddress(this.#req)),
        huggingFace: true,
      },
      billing: {
        label: this.#t.models.credits,
        href: `${this.#deps.config.huggingFace.endpoint}/settings/billing`,
        huggingFace: true,
      },
    };
    const requestId = requestIdOf(this.#req);
    return { heading, happened, todo, action: way ? ways[way] : null, requestId };
  }
}
