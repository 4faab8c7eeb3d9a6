import { createHash, randomUUID } from 'node:crypto';
import { z } from 'zod';
import {
  type GuardedRequest,
  InvalidInput,
  organizationOf,
  type RedisCommands,
} from '../doorstep/index.ts';

/** The commands that a shelf takes, beside those of the sessions; each touches one key. */
declare module '../doorstep/index.ts' {
  interface RedisCommands {
    rpush(key: string, value: string): Promise<number>;
    lrange(key: string, start: number, stop: number): Promise<string[]>;
    llen(key: string): Promise<number>;
    ltrim(key: string, start: number, stop: number): Promise<'OK'>;
  }
}

/** So that one key can't grow without end. */
export const MAX_BOOKS = 500;

/** A line of text; what a browser sends around it is cut off. */
const text = (maxLength: number) =>
  z
    .string('must be given')
    .trim()
    .min(1, 'must not be empty')
    .max(maxLength, `must be at most ${maxLength} characters`)
    .regex(/^\P{Cc}*$/u, 'must be one line of text');

export const NewBook = z.object({ title: text(200), author: text(100) }, 'must be an object');
type NewBook = z.infer<typeof NewBook>;

export const Book = NewBook.extend({
  id: z.string(),
  /** Milliseconds since 1970. */
  addedAt: z.number(),
});
type Book = z.infer<typeof Book>;

/** Whose books: an organization's, or else one person's own. Issuer and id together (S19). */
export interface ShelfOwner {
  iss: string;
  sub: string;
  organizationId: string | null;
}

/** @throws {InvalidInput} that names each field and what would be right. */
export function parseBook(input: unknown): NewBook {
  const parsed = NewBook.safeParse(input ?? {});
  if (parsed.success) return parsed.data;
  // Of several mistakes in a field the first is enough.
  const issues = parsed.error.issues.map(({ path, message }) => [
    path.join('.') || 'body',
    message,
  ]);
  throw new InvalidInput(Object.fromEntries(issues.reverse()));
}

/** The books of one organization or person, the oldest first. */
export class Shelf {
  readonly #redis: RedisCommands;
  readonly #key: string;
  readonly #now: () => number;

  constructor(redis: RedisCommands, owner: ShelfOwner, now: () => number) {
    const { iss, sub, organizationId } = owner;
    const owned = organizationId === null ? ['person', sub] : ['organization', organizationId];
    const digest = createHash('sha256').update(JSON.stringify([iss, ...owned]));
    this.#redis = redis;
    this.#key = `books:${digest.digest('base64url')}`;
    this.#now = now;
  }

  async list(): Promise<Book[]> {
    const found = await this.#redis.lrange(this.#key, 0, MAX_BOOKS - 1);
    return found.map((json) => Book.parse(JSON.parse(json)));
  }

  /** @throws {InvalidInput} when the shelf is full. */
  async add(book: NewBook): Promise<Book> {
    if ((await this.#redis.llen(this.#key)) >= MAX_BOOKS) throw full();
    const added = { ...book, id: randomUUID(), addedAt: this.#now() };
    const length = await this.#redis.rpush(this.#key, JSON.stringify(added));
    if (length <= MAX_BOOKS) return added;
    // Others added at the same moment, and this one came after the last place.
    await this.#redis.ltrim(this.#key, 0, MAX_BOOKS - 1);
    throw full();
  }
}

const full = () => new InvalidInput({ title: `the shelf is full: it holds ${MAX_BOOKS} books` });

/** The shelf that a request is about; the guards have seen to it that the principal may. */
export function shelfOf(
  { redis, now }: { redis: RedisCommands; now: () => number },
  req: GuardedRequest,
): Shelf {
  const { iss, sub } = req.auth;
  return new Shelf(redis, { iss, sub, organizationId: organizationOf(req) }, now);
}
