import { expect, vi } from 'vitest';
import type { LogtoOptions } from '../../demo/logto/index.ts';
import { ADA, type Doorstep, startDoorstep } from '../harness/doorstep.ts';
import type { Failure, LoadReport, Person } from '../harness/load.ts';
import { type AppProcess, startProcess } from '../harness/processes.ts';
import { type RunningLoad, startLoad } from '../harness/running-load.ts';

/** Two processes on a Redis of a test's own, under load, and people who signed in before it all. */
export interface Site {
  app: Doorstep;
  processes: AppProcess[];
  load: RunningLoad;
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
  logto?: Partial<LogtoOptions>;
}

export async function startSite({
  environment,
  people = 8,
  logto = {},
}: SiteOptions): Promise<Site> {
  const app = await startDoorstep({ logto });
  const start = () => startProcess(app, environment);
  const processes = await Promise.all([start(), start()]);
  const signIn = () => signInAt(app, processes[0]);
  const signedIn: SignedIn[] = [];
  for (let count = 0; count < people; count += 1) signedIn.push(await signIn());
  const load = startLoad({
    ports: processes.map(({ port }) => port),
    baseUrl: app.url,
    mostSeconds: 120,
    mostSignIns: 400,
  });
  return {
    app,
    processes,
    load,
    people: signedIn,
    signIn,
    async close() {
      load.close();
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
  const set = answer.headers['set-cookie']?.find((line) => line.startsWith('doorstep='));
  if (answer.status !== 303 || !set) throw new Error(`The sign-in ended with ${answer.status}`);
  const cookie = set.split(';')[0] ?? '';
  return { cookie, sessionId: decodeURIComponent(cookie).replace(/^doorstep=s:(.*)\..*$/, '$1') };
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

/** What the load saw, against what it may have seen. */
export async function expectNobodyLost(
  site: Site,
  report: LoadReport,
  outages: Outage[],
  mayBeLost: (person: Person) => boolean = () => false,
): Promise<Person[]> {
  const [first] = site.processes;
  if (!first) throw new Error('There are processes');
  const lost = await site.load.lostPeople(report, first);
  const turnedAway = report.sessions.filter(
    (person) => person.turnedAway > 0 && !lost.includes(person),
  );
  expect(report.wrongUser).toBe(0);
  expect(turnedAway).toEqual([]);
  expect(lost.filter((person) => !mayBeLost(person))).toEqual([]);
  expect(unexplained(report.failures, outages)).toEqual([]);
  expect(report.sessions.length).toBeGreaterThan(10);
  return lost;
}

const unexplained = (failures: Failure[], outages: Outage[]) =>
  failures.filter(({ from, to }) => !outages.some((one) => to >= one.from && from <= one.healed));

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
