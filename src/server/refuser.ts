import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Logger } from 'pino';
import { newRequestId, requestIdOf } from '../doorstep/index.ts';
import type { AnswersOwed } from './answers-owed.ts';
import { type Answered, onTheWire, type Refusal, refusalOf, refusalPage } from './refusals.ts';

/** How long what is still being sent may come in after a refusal: ending at once would take the page back. */
const DRAIN_GRACE_MS = 1000;

interface RefuserDeps {
  owed: AnswersOwed;
  logger: Logger;
  headers: OutgoingHttpHeaders;
}

/** What the server decides before the app: who is handed to it, and what those get who are not. */
export class Refuser {
  readonly #deps: RefuserDeps;
  readonly #ended = new WeakSet<Socket>();
  /** Of each connection, the request that came last, if it has a body: the others are complete. */
  readonly #latest = new WeakMap<Socket, IncomingMessage>();

  constructor(deps: RefuserDeps) {
    this.#deps = deps;
  }

  /** Counts the answer as owed. @returns whether the app is to make it; otherwise it is done with. */
  admits(req: IncomingMessage, res: ServerResponse): boolean {
    const { owed } = this.#deps;
    const { socket } = req;
    // What was read together with the request for which its connection was cut.
    if (socket.destroyed || this.#ended.has(socket)) return false;
    if (hasBody(req)) this.#latest.set(socket, req);
    else this.#latest.delete(socket);
    const admission = owed.admit(socket, res);
    if (admission === 'pipelined') {
      this.cut(socket, 'pipelined');
      return false;
    }
    if (admission === 'overloaded') {
      const idler = owed.mostOwed();
      if (idler) this.cut(idler, 'not_read');
      else if (owed.of(socket).size > 1) this.cut(socket, 'overloaded');
      else this.answer(res, 'overloaded', requestIdOf(req));
      if (!idler || idler === socket) return false;
    }
    const reason = unreadable(req);
    if (reason) this.answer(res, reason, requestIdOf(req));
    return reason === null;
  }

  /** The last answer on its connection, in its turn; what was asked after it is not done. */
  answer(res: ServerResponse, reason: Answered, requestId: string): void {
    const { status, headers, body } = refusalPage(reason, requestId, this.#deps.headers);
    this.#ended.add(res.req.socket);
    res.writeHead(status, headers).end(body);
    this.log(reason, requestId, status);
  }

  /** Ends a connection whose client does not read. */
  cut(socket: Socket, reason: Refusal): void {
    this.#deps.owed.forget(socket);
    socket.destroy();
    this.log(reason);
  }

  /** Ends a connection that Node could not read on, which it tells again for all that still comes in. */
  parserFailed(error: NodeJS.ErrnoException, socket: Socket): void {
    if (this.#ended.has(socket)) return;
    const reason = refusalOf(error.code ?? '');
    // Browsers open connections in advance, and go in the middle of sending: neither is refused.
    const isUnused = socket.bytesRead === 0;
    const isAborted = error.code === 'HPE_INVALID_EOF_STATE' && !this.#isComplete(socket);
    if (!reason || isUnused || isAborted) socket.destroy();
    else this.end(socket, reason);
  }

  /** Ends a connection, with a page unless that would be taken for another request's answer. */
  end(socket: Socket, reason: Answered): void {
    this.#ended.add(socket);
    const requestId = newRequestId();
    const page = refusalPage(reason, requestId, this.#deps.headers);
    const isAnswered = socket.writable && this.#isFree(socket);
    this.log(reason, requestId, isAnswered ? page.status : null);
    socket.on('error', () => socket.destroy());
    if (!isAnswered) {
      socket.destroy();
      return;
    }
    socket.end(onTheWire(page));
    const timer = setTimeout(() => socket.destroy(), DRAIN_GRACE_MS);
    socket.once('close', () => clearTimeout(timer));
  }

  /** Whether an answer that is sent now is that of the request which can't be read. */
  #isFree(socket: Socket): boolean {
    const [owed, ...others] = this.#deps.owed.of(socket);
    const isComplete = this.#isComplete(socket);
    if (!owed) return isComplete;
    return others.length === 0 && !isComplete && !owed.headersSent;
  }

  /** Whether all of the requests that were handed out has come in. */
  #isComplete(socket: Socket): boolean {
    return this.#latest.get(socket)?.complete ?? true;
  }

  log(reason: Refusal, requestId = newRequestId(), status: number | null = null): void {
    const line = { event: 'request.refused', requestId, reason, status };
    this.#deps.logger.warn(line, 'Refused before the app');
  }
}

/** A whole address would be read by Node's deprecated parser, in Express before any middleware. */
function unreadable(req: IncomingMessage): Answered | null {
  if (!namesOneHost(req)) return 'host_missing';
  return req.url?.startsWith('/') ? null : 'no_path';
}

/** RFC 9112 section 3.2: of two, a proxy before us may have looked at the other. */
function namesOneHost({ httpVersion, headersDistinct: { host = [] } }: IncomingMessage): boolean {
  return host.length === 1 || (host.length === 0 && httpVersion !== '1.1');
}

const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined;
