import fc from 'fast-check';
import { Redis } from 'ioredis';
import { expect } from 'vitest';
import type { Environment } from '../../src/doorstep/config/config.ts';
import type { RedisCommands } from '../../src/doorstep/redis/commands.ts';
import type { Browser } from '../demo/browser.ts';
import { ADA, CLIENT, type Doorstep, OTTER, SESSION_SECRET, startDoorstep } from './doorstep.ts';
import { fuzzRuns } from './fuzz.ts';
import { idIn } from './people.ts';
import { type Answer, type Ask, openWire, type Wire } from './wire.ts';

/** Cases of a property that are under way at the same time. */
const AT_ONCE = 25;
/** For a test with one property, milliseconds: generous, for a slow machine. */
export const FUZZ_TIMEOUT_MS = 210_000 + fuzzRuns * 60;

/** Somebody who is signed in and has to stay so, and unchanged. */
export interface Member {
  browser: Browser;
  /** Value of the session cookie. */
  cookie: string;
  id: string;
}

/** The app, two people signed in, and an attacker who is neither. */
export interface Siege {
  app: Doorstep;
  ada: Member;
  otter: Member;
  wire: Wire;
  /** Asks, and checks what holds for every answer: no 5xx, no leak, no way off the site. */
  ask(ask: Ask): Promise<Answer>;
  /** Tries every case; afterwards no session was begun, changed or ended. */
  attack<Case>(cases: fc.Arbitrary<Case>, attempt: (one: Case) => Promise<void>): Promise<void>;
  /** As {@link attack}, where sessions are meant to begin. */
  probe<Case>(cases: fc.Arbitrary<Case>, attempt: (one: Case) => Promise<void>): Promise<void>;
  /** For a case that turned out to be none. They must be rare: else the test tries nothing. */
  noAttack(): void;
  expectHarmless(answer: Answer, ask: Ask): void;
  close(): Promise<void>;
}

export async function laySiege(more: Environment = {}): Promise<Siege> {
  const environment = {
    // A long run must not meet a recheck, which changes a session rightly.
    ACCOUNT_RECHECK_MINUTES: '1440',
    LOGTO_TIMEOUT_SECONDS: '60',
    ...more,
  };
  const app = await startDoorstep({ environment, wrapRedis: patient });
  const wire = openWire(app.url);
  const ada = await member(app, ADA);
  const otter = await member(app, OTTER);
  const tokens = await Promise.all([ada, otter].map(({ id }) => app.tokensOf(id)));
  const secrets = [SESSION_SECRET, CLIENT.secret, ada.id, otter.id, ...tokens.flat()];

  const expectHarmless: Siege['expectHarmless'] = ({ status, headers, body }, ask) => {
    const said = JSON.stringify({ ask, status, headers }).slice(0, 2000);
    expect(status, said).toBeLessThan(500);
    expect(status, said).toBeGreaterThanOrEqual(200);
    const all = `${JSON.stringify(headers)}\n${body}`;
    for (const secret of secrets)
      expect(all.includes(secret), `A secret leaks: ${said}`).toBe(false);
    expect(body, said).not.toMatch(INTERNAL);
    expect(all, said).not.toMatch(/eyJ[\w-]+\.[\w-]+\./);
    expect(headers, said).not.toHaveProperty('x-injected');
    expect(headers, said).not.toHaveProperty('x-powered-by');
    for (const cookie of headers['set-cookie'] ?? []) expect(cookie, said).toMatch(/^doorstep/);
    if (headers.location === undefined) return;
    expect(headers.location, said).toMatch(/^[\x21-\x7e]+$/);
    const { origin } = new URL(headers.location, app.url);
    expect([app.url, app.logto.endpoint], said).toContain(origin);
  };

  let noAttacks = 0;
  async function run<Case>(
    cases: fc.Arbitrary<Case>,
    attempt: (one: Case) => Promise<void>,
    around = (batch: () => Promise<void>) => batch(),
  ): Promise<void> {
    let tried = 0;
    noAttacks = 0;
    const batches = fc.array(cases, { minLength: AT_ONCE, maxLength: AT_ONCE });
    const property = fc.asyncProperty(batches, (batch) =>
      around(async () => {
        await Promise.all(batch.map(attempt));
        tried += batch.length;
      }),
    );
    const numRuns = Math.ceil(fuzzRuns / AT_ONCE);
    await fc.assert(property, { numRuns, interruptAfterTimeLimit: FUZZ_TIMEOUT_MS * 0.8 });
    expect(noAttacks, `Not tried, of ${tried}`).toBeLessThan(tried / 2);
  }

  return {
    app,
    ada,
    otter,
    wire,
    noAttack: () => {
      noAttacks += 1;
    },
    expectHarmless,
    async ask(ask) {
      const answer = await wire.ask(ask);
      expectHarmless(answer, ask);
      return answer;
    },
    attack: (cases, attempt) =>
      run(cases, attempt, async (batch) => {
        const before = await sessionsOf(app);
        await batch();
        expect(await sessionsOf(app)).toEqual(before);
        expect((await ada.browser.get(app.url)).body).toContain('Hello, Ada Lovelace');
        expect((await otter.browser.get(app.url)).body).toContain('<h1 id="greeting">Hello');
      }),
    probe: (cases, attempt) => run(cases, attempt),
    async close() {
      wire.close();
      await app.close();
    },
  };
}

/** On a busy machine, so many at once would take longer than an answer of Redis may: no attack, a 503. */
function patient(redis: RedisCommands): RedisCommands {
  const limits = { commandTimeout: FUZZ_TIMEOUT_MS, socketTimeout: FUZZ_TIMEOUT_MS };
  if (redis instanceof Redis) Object.assign(redis.options, limits);
  return redis;
}

/** What only somebody who wrote or runs the code should see. */
const INTERNAL =
  /\bat [\w.<> ]*\(?(?:file|node):|:\d+:\d+\)|node_modules|\.[tj]s:\d|\b(?:Type|Range|Syntax|Reference|Zod|Logto\w*|Reply)Error\b|ioredis|ECONN|redis:\/\//;

async function member(app: Doorstep, choice: typeof ADA): Promise<Member> {
  const browser = await app.signedInBrowser(choice);
  // The first visit puts the handle into the session; from then on nothing changes it.
  await browser.get(`${app.url}/account`);
  const cookie = browser.cookies.find('localhost', 'doorstep')?.value ?? '';
  return { browser, cookie, id: idIn(cookie) };
}

/** Every session with its tokens and where it is found, as Redis holds them; lifetimes left out. */
async function sessionsOf({ stored }: Doorstep): Promise<Map<string, string>> {
  const keys = (await stored.keys('*session*')).sort();
  // Two people, each with a record, tokens and an entry in the user index.
  expect(keys.length).toBeGreaterThanOrEqual(6);
  const dumps = await Promise.all(keys.map((key) => stored.dumpBuffer(key)));
  return new Map(keys.map((key, index) => [key, dumps[index]?.toString('base64') ?? 'gone']));
}
