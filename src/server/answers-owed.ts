import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

export interface OwedLimits {
  /** Browsers and proxies ask one by one; a few clients ask ahead (pipelining). */
  perConnection: number;
  inSum: number;
}

/** What a further request does: it is answered, too much for its connection, or too much for the server. */
type Admission = 'admitted' | 'pipelined' | 'overloaded';

/**
 * The answers that a server still owes: everything of them is in memory until its client has read it.
 * Node hands out every request that it finds in what it has read, up to 2,000 at once, and also those that
 * came before `socket.pause()` or `socket.destroy()`; so they are counted here, before the app.
 */
export class AnswersOwed {
  readonly #bySocket = new Map<Socket, Set<ServerResponse>>();
  readonly #limits: OwedLimits;
  #sum = 0;

  constructor(limits: OwedLimits) {
    this.#limits = limits;
  }

  get sum(): number {
    return this.#sum;
  }

  of(socket: Socket): ReadonlySet<ServerResponse> {
    return this.#bySocket.get(socket) ?? new Set();
  }

  *all(): Iterable<ServerResponse> {
    for (const owed of this.#bySocket.values()) yield* owed;
  }

  /** Counts one more answer, also one that says no, since it has to be read as well. */
  admit(socket: Socket, res: ServerResponse): Admission {
    const owed = this.#bySocket.get(socket) ?? this.#track(socket);
    if (owed.size >= this.#limits.perConnection) return 'pipelined';
    const isOverloaded = this.#sum >= this.#limits.inSum;
    owed.add(res);
    this.#sum += 1;
    res.once('close', () => {
      if (owed.delete(res)) this.#sum -= 1;
    });
    return isOverloaded ? 'overloaded' : 'admitted';
  }

  /** Nothing is owed to this one any more: it was cut. */
  forget(socket: Socket): void {
    const owed = this.#bySocket.get(socket);
    this.#bySocket.delete(socket);
    this.#sum -= owed?.size ?? 0;
    owed?.clear();
  }

  /** Whoever is owed most of those that don't read what was sent; not one that reads a single stream. */
  mostOwed(): Socket | null {
    let most: Socket | null = null;
    let count = 1;
    for (const [socket, owed] of this.#bySocket) {
      if (owed.size <= count || socket.writableLength === 0) continue;
      most = socket;
      count = owed.size;
    }
    return most;
  }

  #track(socket: Socket): Set<ServerResponse> {
    const owed = new Set<ServerResponse>();
    this.#bySocket.set(socket, owed);
    // An answer that waits behind another one is never told that its connection has closed.
    socket.once('close', () => this.forget(socket));
    return owed;
  }
}
