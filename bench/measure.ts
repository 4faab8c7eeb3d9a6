import type { Browser } from '../test/demo/browser.ts';
import type { Running } from './contenders.ts';
import { applyLoad, percentile } from './load.ts';
import { cpuTime, memory } from './machine.ts';
import type { Options } from './options.ts';
import { type Scenario, scenarios, type Visitor, WHOLE_SIGN_IN } from './scenarios.ts';
import { cookiesFor, forgetApp, signIn } from './sign-in.ts';

/** One measurement. Times of the sign-in are those of the whole way, the provider's share included. */
export interface Sample {
  round: number;
  contender: string;
  scenario: string;
  /** CPU time of the contender for one request or sign-in, microseconds. */
  cpu: number;
  perSecond: number;
  /** Milliseconds. */
  p50: number;
  p99: number;
  /** Resident memory afterwards, bytes. */
  memory: number;
}

/** A contender with a browser that has signed in there. */
export interface Subject {
  app: Running;
  visitor: Visitor;
  browser: Browser;
}

/** All contenders take turns within a round, and begin at another one each round. */
export async function measureRounds(
  subjects: Subject[],
  options: Options,
  tell: (text: string) => void,
): Promise<Sample[]> {
  for (const subject of subjects) {
    for (const scenario of scenariosOf(subject)) {
      const share = scenario.name === 'home-in' ? 1 : 0.3;
      await load(subject, scenario, Math.ceil(options.warmUp * share));
    }
    if (subject.app.signInPath) await signIns(subject, options.signInsToWarmUp);
  }
  const samples: Sample[] = [];
  for (let round = 0; round < options.rounds; round += 1) {
    tell(`round ${round + 1} of ${options.rounds}`);
    const turn = [...subjects.slice(round % subjects.length), ...subjects].slice(
      0,
      subjects.length,
    );
    for (const scenario of scenarios) {
      for (const subject of turn) {
        if (!scenariosOf(subject).includes(scenario)) continue;
        samples.push({ round, ...(await load(subject, scenario, options.requests)) });
      }
    }
    for (const subject of turn) {
      if (!subject.app.signInPath) continue;
      samples.push({ round, ...(await signIns(subject, options.signIns)) });
    }
  }
  return samples;
}

/** @returns one measurement of a load of so many requests. */
export async function load(
  { app, visitor }: Pick<Subject, 'app' | 'visitor'>,
  scenario: Scenario,
  requests: number,
): Promise<Omit<Sample, 'round'>> {
  const request = scenario.request(app, visitor);
  const { port } = app;
  const { connections } = scenario;
  const status = scenario.status(app);
  const before = cpuTime(app.pid);
  const { seconds, latencies } = await applyLoad({ port, request, status, connections, requests });
  return {
    contender: app.name,
    scenario: scenario.name,
    cpu: (cpuTime(app.pid) - before) / requests,
    perSecond: requests / seconds,
    p50: percentile(latencies, 0.5),
    p99: percentile(latencies, 0.99),
    memory: memory(app.pid),
  };
}

async function signIns({ app, browser }: Subject, count: number): Promise<Omit<Sample, 'round'>> {
  const took = new Float64Array(count);
  const before = cpuTime(app.pid);
  for (let index = 0; index < count; index += 1) {
    const begun = performance.now();
    await signIn(browser, app);
    took[index] = performance.now() - begun;
    forgetApp(browser);
  }
  took.sort();
  return {
    contender: app.name,
    scenario: WHOLE_SIGN_IN.name,
    cpu: (cpuTime(app.pid) - before) / count,
    perSecond: 1000 / percentile(took, 0.5),
    p50: percentile(took, 0.5),
    p99: percentile(took, 0.99),
    memory: memory(app.pid),
  };
}

/** Signs in once, and keeps what the load will send. */
export async function prepare(app: Running, browser: Browser): Promise<Subject> {
  await signIn(browser, app);
  const cookies = cookiesFor(browser);
  forgetApp(browser);
  if (app.name !== 'authjs') return { app, browser, visitor: { cookies, form: null } };
  const { body } = await browser.get(`${app.url}/auth/csrf`);
  const { csrfToken }: { csrfToken: string } = JSON.parse(body);
  const form = new URLSearchParams({ csrfToken, callbackUrl: `${app.url}/` }).toString();
  const visitor = { cookies, form: { cookies: cookiesFor(browser), body: form } };
  forgetApp(browser);
  return { app, browser, visitor };
}

const scenariosOf = ({ app }: Subject) =>
  scenarios.filter(({ onFloor }) => onFloor || app.name !== 'floor');
