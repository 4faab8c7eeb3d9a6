import type { Logger } from 'pino';
import type { z } from 'zod';

/** Asked for again after this; a person who changes a setting at Logto waits no longer. */
const FRESH_MS = 5 * 60_000;
/** While Logto can't be asked, it counts for so long. Then nothing is known. */
const KEPT_MS = 60 * 60_000;
/** Between two attempts, while Logto can't be asked. */
const RETRY_MS = 30_000;
/** Both answers take about 2 kB; a Logto with a look of its own says more. */
const MAX_BYTES = 1_000_000;

export interface PublishedOptions<Value> {
  /** Without credentials: Logto tells this to everybody. */
  url: string;
  /** Of what is used of the JSON there. */
  schema: z.ZodType<Value>;
  fetch: typeof fetch;
  timeoutMs: number;
  logger: Logger;
  /** Milliseconds since 1970. */
  now: () => number;
}

/**
 * Settings that Logto tells everybody, shared by the process. No page waits for them: it takes what is
 * known, and where that is older than five minutes it is asked for beside the request, once for all.
 */
export class Published<Value> {
  readonly #options: PublishedOptions<Value>;
  #known: { value: Value; at: number } | null = null;
  #failedAt: number | null = null;
  #attempt: Promise<void> | null = null;

  constructor(options: PublishedOptions<Value>) {
    this.#options = options;
  }

  /** The same object until Logto was asked again; null while nothing is known. */
  get current(): Value | null {
    const age = this.#known ? this.#ageOf(this.#known.at) : Number.POSITIVE_INFINITY;
    const mayAsk = this.#failedAt === null || this.#ageOf(this.#failedAt) >= RETRY_MS;
    if (age >= FRESH_MS && mayAsk) void this.refresh();
    return this.#known && age < KEPT_MS ? this.#known.value : null;
  }

  /** Never rejects: a failure is logged, and leaves what is known. */
  refresh(): Promise<void> {
    this.#attempt ??= this.#ask().finally(() => {
      this.#attempt = null;
    });
    return this.#attempt;
  }

  async #ask(): Promise<void> {
    const { url, schema, fetch, timeoutMs, logger, now } = this.#options;
    try {
      const signal = AbortSignal.timeout(timeoutMs);
      const response = await fetch(url, { redirect: 'error', signal });
      if (response.status !== 200) throw new Error(`Logto answered ${response.status}`);
      this.#known = { value: schema.parse(JSON.parse(await textOf(response))), at: now() };
      this.#failedAt = null;
    } catch (thrown) {
      // One line for a whole outage. The message of JSON.parse and of zod would quote what came.
      const why = thrown instanceof Error ? thrown.name : 'unknown';
      const line = { event: 'logto_settings.unknown', url, why };
      if (this.#failedAt === null) logger.info(line, 'What Logto offers could not be read');
      this.#failedAt = now();
    }
  }

  /** A clock that was turned back makes everything old. */
  #ageOf(at: number): number {
    const age = this.#options.now() - at;
    return age >= 0 ? age : Number.POSITIVE_INFINITY;
  }
}

async function textOf(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > MAX_BYTES) throw new RangeError('More than anybody needs');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
