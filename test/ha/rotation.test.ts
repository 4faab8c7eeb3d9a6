import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Doorstep, startDoorstep } from '../harness/doorstep.ts';
import type { LoadReport } from '../harness/load.ts';
import { type AppProcess, startProcess } from '../harness/processes.ts';
import { hasRedisServer } from '../harness/redis-server.ts';
import { type RoundRobin, startRoundRobin } from '../harness/round-robin.ts';
import { type RunningLoad, startLoad } from '../harness/running-load.ts';

const [OLD, NEW] = [1, 2].map(() => randomBytes(48).toString('base64'));

describe.skipIf(!hasRedisServer)('SESSION_SECRET is changed while the processes run', () => {
  let app: Doorstep;
  let processes: AppProcess[];
  let proxy: RoundRobin;
  let load: RunningLoad;
  const start = (secrets: string) =>
    startProcess(app, { SESSION_SECRET: secrets, TRUST_PROXY: 'loopback' });
  const startLoadAtProxy = () =>
    startLoad({ ports: [proxy.port], baseUrl: app.url, mostSeconds: 100, mostSignIns: 200 });
  beforeEach(async () => {
    app = await startDoorstep();
    processes = await Promise.all([start(`${OLD}`), start(`${OLD}`)]);
    proxy = await startRoundRobin(processes.map(({ port }) => port));
    load = startLoadAtProxy();
    await load.moreRequests(3);
  });
  afterEach(async () => {
    load.close();
    proxy.close();
    await Promise.all(processes.map((one) => one.close()));
    await app.close();
  });

  /** One process after the other: the new one is there before the old one goes. */
  async function rollingRestart(secrets: string, hundreds = 2): Promise<void> {
    const fresh = await Promise.all(processes.map(() => start(secrets)));
    for (const [index, leaving] of processes.entries()) {
      processes[index] = fresh[index] ?? leaving;
      proxy.use(processes.map(({ port }) => port));
      leaving.child.process.kill('SIGTERM');
      expect(await leaving.child.ended).toBe(0);
      // Both kinds of process are asked about the same people.
      await load.moreRequests(hundreds);
    }
  }

  async function expectNobodySignedOut(report: LoadReport): Promise<void> {
    const [first] = processes;
    if (!first) throw new Error('There are processes');
    const lost = await load.lostSessions(report, first);
    const { signedOut, wrongUser, failures, sessions } = report;
    expect({ lost, signedOut, wrongUser, failures }).toEqual({
      lost: 0,
      signedOut: 0,
      wrongUser: 0,
      failures: [],
    });
    expect(sessions.length).toBeGreaterThan(4);
  }

  it('in two rolling restarts, and a third one later: nobody is signed out', async () => {
    await rollingRestart(`${OLD},${NEW}`);
    await rollingRestart(`${NEW},${OLD}`);
    const during = await load.stop();
    await expectNobodySignedOut(during);

    // SESSION_MAX_HOURS later: those who signed in before are gone.
    load = startLoadAtProxy();
    await load.moreRequests(3);
    await rollingRestart(`${NEW}`);
    const after = await load.stop();
    await expectNobodySignedOut(after);
    process.stdout.write(
      `Secrets rotated: requests ${during.requests} + ${after.requests}, finished sign-ins ${during.sessions.length} + ${after.sessions.length}, signed out 0, failed 0\n`,
    );
  });

  it('at one go, processes that know only the old one cannot read what the others write', async () => {
    await rollingRestart(`${NEW},${OLD}`, 6);
    const report = await load.stop();
    expect(report.signedOut).toBeGreaterThan(0);
    process.stdout.write(
      `The same without the first step: of ${report.requests} requests, ${report.signedOut} took somebody for signed out, ${report.failures.length} failed\n`,
    );
  });
});
