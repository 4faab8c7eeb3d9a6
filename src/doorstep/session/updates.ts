import { REVISION_BYTES } from '../crypto/sealer.ts';
import { SessionStoreUnavailable } from '../errors.ts';
import type { AnyRecord } from './record.ts';

/** Changes a record in place. It may be called again, on a newer record, when somebody else wrote. */
export type Change = (record: AnyRecord) => void;

/** How often a write may find that another process was faster. Each time one of them has got through. */
const MAX_ATTEMPTS = 100;

interface Waiting {
  change: Change;
  resolve: (record: AnyRecord | null) => void;
  reject: (error: unknown) => void;
}

interface UpdatesOptions {
  read: (id: string) => Promise<Buffer | null>;
  /** 1: written; 0: another revision is there; -1: the session has ended. */
  write: (id: string, revision: Buffer, sealed: Buffer) => Promise<number>;
  open: (id: string, sealed: Buffer) => Promise<AnyRecord | null>;
  seal: (id: string, record: AnyRecord) => Buffer;
}

/**
 * Compare and set: a change is made to the record as it is now, and written only over what was read.
 * The head of a sealed value is its revision. In a process, the changes of one session that come
 * while another is being written are written together, so nobody starves and nobody waits for more
 * than two writes.
 */
export class Updates {
  readonly #options: UpdatesOptions;
  readonly #waiting = new Map<string, Waiting[]>();

  constructor(options: UpdatesOptions) {
    this.#options = options;
  }

  /** @returns the record with this change in it; null when the session has ended. */
  add(id: string, change: Change): Promise<AnyRecord | null> {
    return new Promise((resolve, reject) => {
      const waiting = this.#waiting.get(id);
      if (waiting) return void waiting.push({ change, resolve, reject });
      this.#waiting.set(id, [{ change, resolve, reject }]);
      void this.#work(id);
    });
  }

  async #work(id: string): Promise<void> {
    for (let batch = this.#take(id); batch.length > 0; batch = this.#take(id)) {
      try {
        const record = await this.#apply(id, batch);
        for (const { resolve } of batch) resolve(record);
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    this.#waiting.delete(id);
  }

  #take(id: string): Waiting[] {
    const batch = this.#waiting.get(id) ?? [];
    this.#waiting.set(id, []);
    return batch;
  }

  async #apply(id: string, batch: Waiting[]): Promise<AnyRecord | null> {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
      const before = await this.#options.read(id);
      const record = before && (await this.#options.open(id, before));
      if (!before || !record) return null;
      const after = changed(record, batch);
      const written = await this.#write(id, before, this.#options.seal(id, after));
      if (written === 1) return after;
      if (written === -1) return null;
    }
    throw new SessionStoreUnavailable('Other processes changed the session again and again');
  }

  /** An answer may get lost after the write: then the revision that is there now is ours. */
  async #write(id: string, before: Buffer, sealed: Buffer): Promise<number> {
    try {
      return await this.#options.write(id, revisionOf(before), sealed);
    } catch (error) {
      const now = await this.#options.read(id);
      if (now && revisionOf(now).equals(revisionOf(sealed))) return 1;
      throw error;
    }
  }
}

const revisionOf = (sealed: Buffer): Buffer => sealed.subarray(0, REVISION_BYTES);

/** A change that throws is its caller's failure alone, and leaves nothing of itself behind. */
function changed(record: AnyRecord, batch: Waiting[]): AnyRecord {
  let result = record;
  for (const waiting of batch) {
    const next = structuredClone(result);
    try {
      waiting.change(next);
      result = next;
    } catch (error) {
      waiting.reject(error);
    }
  }
  return result;
}
