import { Agent, type IncomingMessage, request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { authorizeAt } from '../demo/authorize-at.ts';
import { createBrowser } from '../demo/browser.ts';

/** What the load is told, as JSON in the environment variable LOAD. */
export interface LoadPlan {
  /** Of the processes that share the work. */
  ports: number[];
  /** The address that they all answer for. */
  baseUrl: string;
  /** Bounds, should nobody stop it. */
  mostSeconds?: number;
  mostSignIns?: number;
}

/** A request that was not answered as it should be; times in milliseconds since 1970. */
export interface Failure {
  what: 'page' | 'sign-in';
  /** HTTP status, or what went wrong instead. */
  why: string;
  from: number;
  to: number;
}

/** What the load saw, as its last line. */
export interface LoadReport {
  requests: number;
  failures: Failure[];
  /** Pages that greeted somebody else. */
  wrongUser: number;
  /** Pages that took somebody signed in for a visitor. */
  signedOut: number;
  /** Finished sign-ins. */
  sessions: Person[];
}

export interface Person {
  cookie: string;
  isAda: boolean;
  /** When the app said that the sign-in is finished, milliseconds since 1970. */
  at: number;
  /** How many pages took this person for a visitor. */
  turnedAway: number;
}

const MOST_REQUESTS = 20_000;
const AT_ONCE = 6;
/** Between two requests of one loop, milliseconds. */
const BREATH = 10;

const plan: LoadPlan = JSON.parse(process.env.LOAD ?? '{}');
const { mostSeconds = 200, mostSignIns = 40 } = plan;
const { host } = new URL(plan.baseUrl);
const agent = new Agent({ keepAlive: true });
const report: LoadReport = {
  requests: 0,
  failures: [],
  wrongUser: 0,
  signedOut: 0,
  sessions: [],
};
const endsAt = Date.now() + mostSeconds * 1000;
let stopped = false;
process.once('SIGTERM', () => {
  stopped = true;
});
const goesOn = () => !stopped && Date.now() < endsAt && report.requests < MOST_REQUESTS;

await Promise.all([signInAgainAndAgain(), ...Array.from({ length: AT_ONCE }, lookAtPages)]);
agent.destroy();
process.stdout.write(`${JSON.stringify({ report })}\n`);

async function lookAtPages(_: unknown, loop: number): Promise<void> {
  for (let turn = loop; goesOn(); turn += 1) {
    await pause(BREATH);
    const person = report.sessions[turn % report.sessions.length];
    if (!person) continue;
    const path = turn % 5 ? '/' : '/account';
    await attempt('page', async () => {
      const { status, body } = await ask(path, person.cookie, turn);
      const isVisitor = body.includes('Come on in.') || status === 303;
      if (isVisitor) {
        report.signedOut += 1;
        person.turnedAway += 1;
      } else if (status !== 200) throw new Error(String(status));
      else if (body.includes('Ada Lovelace') !== person.isAda) report.wrongUser += 1;
    });
  }
}

async function signInAgainAndAgain(): Promise<void> {
  for (let turn = 0; goesOn() && turn < mostSignIns; turn += 1) {
    const isAda = turn % 2 === 0;
    await attempt('sign-in', async () => {
      const cookie = await signIn(isAda ? 'ada-l' : 'quiet-otter', turn);
      report.sessions.push({ cookie, isAda, at: Date.now(), turnedAway: 0 });
    });
    await pause(10 * BREATH);
  }
}

/** @returns the session cookie, once the app has said that the sign-in is finished. */
async function signIn(as: string, turn: number): Promise<string> {
  const start = await ask('/sign-in', '', turn);
  if (!start.location) throw new Error(String(start.status));
  const atLogto = await authorizeAt(createBrowser(), start.location, { as, via: 'huggingface' });
  const { pathname, search } = new URL(atLogto);
  // By the other process.
  const end = await ask(pathname + search, start.cookies.join('; '), turn + 1);
  const session = end.cookies.find((cookie) => /^doorstep(-\d+)?=/.test(cookie));
  if (end.status !== 303 || !session) throw new Error(String(end.status));
  return session;
}

async function attempt(what: Failure['what'], act: () => Promise<void>): Promise<void> {
  const from = Date.now();
  try {
    await act();
  } catch (error) {
    const why = error instanceof Error ? error.message : 'no Error';
    report.failures.push({ what, why, from, to: Date.now() });
  }
}

async function ask(path: string, cookie: string, turn: number) {
  report.requests += 1;
  if (report.requests % 100 === 0) process.stdout.write('100 requests\n');
  const port = plan.ports[turn % plan.ports.length];
  // As if from many places, for processes that trust us as their proxy: nobody signs in so often.
  const headers = {
    host,
    cookie,
    accept: 'text/html',
    'x-forwarded-for': `10.0.${turn % 256}.1`,
  };
  const incoming = await new Promise<IncomingMessage>((resolve, reject) => {
    request({ host: 'localhost', port, path, agent, headers }, resolve).on('error', reject).end();
  });
  const chunks = await incoming.toArray();
  return {
    status: incoming.statusCode ?? 0,
    location: incoming.headers.location,
    cookies: (incoming.headers['set-cookie'] ?? []).map((line) => line.split(';')[0] ?? ''),
    body: Buffer.concat(chunks).toString(),
  };
}
