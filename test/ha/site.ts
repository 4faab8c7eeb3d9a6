import { expect, vi } from 'vitest';
import type { PairOptions } from '../../demo/pair.ts';
import { ADA, type Doorstep, startDoorstep } from '../harness/doorstep.ts';
import type { Failure, LoadReport, Person } from '../harness/load.ts';
import type { Child } from '../harness/process.ts';
import { type AppProcess, startProcess } from '../harness/processes.ts';
import { type RunningLoad, startLoad } from '../harness/running-load.ts';

/** Two processes on a Redis of a test's own, and people who signed in before it all. */
export interface Site {
  app: Doorstep;
  processes: AppProcess[];
  people: SignedIn[];
  /** Signs somebody in by one of the processes. */
  signIn(): Promise<SignedIn>;
  close(): Promise<void>;
}

export interface SignedIn {
  cookie: string;
  sessionId: string;
}

/** Times in milliseconds since 1970. */
export interface Outage {
  from: number;
  healed: number;
}

interface SiteOptions {
  environment: Record<string, string>;
  /** People signed in beforehand. */
  people?: number;
  logto?: Partial<PairOptions>;
}

export async function startSite({
  environment,
  people = 8,
  logto = {},
}: SiteOptions): Promise<Site> {
  const app = await startDoorstep({ logto, cookiesByPort: true });
  const start = () => startProcess(app, { TRUST_PROXY: 'loopback', ...environment });
  const processes = await Promise.all([start(), start()]);
  const signIn = () => signInAt(app, processes[0]);
  const signedIn: SignedIn[] = [];
  for (let count = 0; count < people; count += 1) signedIn.push(await signIn());
  return {
    app,
    processes,
    people: signedIn,
    signIn,
    async close() {
      await Promise.all(processes.map((one) => one.close()));
      await app.close();
    },
  };
}

/** As a person's browser would; the app's own Redis is another one, so only the process may finish it. */
async function signInAt(app: Doorstep, one: AppProcess | undefined): Promise<SignedIn> {
  if (!one) throw new Error('There are processes');
  const browser = app.browser();
  const { pathname, search } = new URL(await app.upToCallback(browser, '/sign-in', ADA));
  const answer = await one.get(pathname + search, {
    cookie: browser.cookies.header(new URL(app.url)),
  });
  const set = answer.headers['set-cookie']?.find((line) => /^doorstep(-\d+)?=/.test(line));
  if (answer.status !== 303 || !set) throw new Error(`The sign-in ended with ${answer.status}`);
  const cookie = set.split(';')[0] ?? '';
  return {
    cookie,
    sessionId: decodeURIComponent(cookie).replace(/^doorstep(?:-\d+)?=s:(.*)\..*$/, '$1'),
  };
}

/** When everybody has their page at every process again, and people can sign in. */
export async function worksAgain(
  { processes, people, signIn }: Site,
  within: number,
): Promise<number> {
  await vi.waitFor(
    async () => {
      for (const { cookie } of people) await greeted(processes, cookie);
      await signIn();
    },
    { timeout: within, interval: 20 },
  );
  return Date.now();
}

async function greeted(processes: AppProcess[], cookie: string): Promise<void> {
  const pages = await Promise.all(processes.map((one) => one.get('/', { cookie })));
  for (const { status, body } of pages) {
    // A page that takes somebody for a visitor is no outage: it must not be waited for.
    if (status !== 200) throw new Error(String(status));
    if (!body.includes('id="greeting">Hello, Ada'))
      throw new Error(`Taken for a visitor: ${cookie}`);
  }
}

export interface Seen<Result> {
  report: LoadReport;
  /** Finished sign-ins that are nobody's session any more. */
  lost: Person[];
  result: Result;
}

/** Does something to Redis while people use the site; the load goes on a little before and after it. */
export async function underLoad<Result>(
  { app, processes }: Site,
  act: (load: RunningLoad) => Promise<Result>,
): Promise<Seen<Result>> {
  const [first] = processes;
  if (!first) throw new Error('There are processes');
  const load = startLoad({
    ports: processes.map(({ port }) => port),
    baseUrl: app.url,
    mostSeconds: 100,
    mostSignIns: 400,
  });
  try {
    await load.moreRequests(3);
    const result = await act(load);
    await load.moreRequests(2);
    const report = await load.stop();
    return { report, lost: await load.lostPeople(report, first), result };
  } finally {
    load.close();
  }
}

/** Nobody is somebody else or taken for signed out, and what failed did so in time and in an outage. */
export function expectNobodyHarmed(
  { report, lost }: Seen<unknown>,
  outages: Outage[],
  mayBeLost: (person: Person) => boolean = () => false,
): void {
  const { sessions, failures, wrongUser } = report;
  expect(wrongUser).toBe(0);
  expect(sessions.filter((one) => one.turnedAway > 0 && !lost.includes(one))).toEqual([]);
  expect(lost.filter((person) => !mayBeLost(person))).toEqual([]);
  expect(unexplained(failures, outages)).toEqual([]);
  expect(failures.filter(({ what, from, to }) => what === 'page' && to - from > 2000)).toEqual([]);
  expect(sessions.length).toBeGreaterThan(4);
}

const unexplained = (failures: Failure[], outages: Outage[]) =>
  failures.filter(({ from, to }) => !outages.some((one) => to >= one.from && from <= one.healed));

/** What a process said besides the JSON lines of its log: nothing, if a library doesn't print. */
export const notInTheLog = ({ output }: Child): string[] =>
  output()
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('{"level":'));

export function say(title: string, report: LoadReport, lines: string[]): void {
  const of = (what: Failure['what']) => report.failures.filter((one) => one.what === what);
  const slowest = Math.max(0, ...report.failures.map(({ from, to }) => to - from));
  process.stdout.write(
    [
      `${title}:`,
      `  Requests ${report.requests}; finished sign-ins ${report.sessions.length}`,
      `  Wrong user ${report.wrongUser}; taken for signed out ${report.signedOut}`,
      `  Failed: pages ${of('page').length}, sign-ins ${of('sign-in').length}, the slowest after ${slowest} ms`,
      ...lines.map((line) => `  ${line}`),
      '',
    ].join('\n'),
  );
}

/** A page that can't be made says so before this, milliseconds. */
const PAGE_TIMEOUT_MS = 2000;

/** Rejects when the page takes longer than a person is asked to wait. */
export async function inTime<Page>(page: Promise<Page>): Promise<Page> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => reject(new Error(`No page within ${PAGE_TIMEOUT_MS} ms`)),
      PAGE_TIMEOUT_MS,
    );
  });
  return Promise.race([page, tooLate]).finally(() => clearTimeout(timer));
}
