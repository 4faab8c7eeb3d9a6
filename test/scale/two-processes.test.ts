import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Doorstep, startDoorstep } from '../harness/doorstep.ts';
import { type AppProcess, startProcess } from '../harness/processes.ts';
import { hasRedisServer } from '../harness/redis-server.ts';
import { type RoundRobin, startRoundRobin } from '../harness/round-robin.ts';
import { type RunningLoad, startLoad } from '../harness/running-load.ts';

describe.skipIf(!hasRedisServer)('two processes behind a proxy, without stickiness', () => {
  let app: Doorstep;
  let processes: AppProcess[];
  let proxy: RoundRobin;
  let load: RunningLoad;
  beforeAll(async () => {
    app = await startDoorstep();
    processes = await Promise.all([startProcess(app), startProcess(app)]);
    proxy = await startRoundRobin(processes.map(({ port }) => port));
    load = startLoad({ ports: [proxy.port], baseUrl: app.url });
  });
  afterAll(async () => {
    load.close();
    proxy.close();
    await Promise.all(processes.map((one) => one.close()));
    await app.close();
  });

  it('one is killed under load, another takes its place, that one is stopped: nothing is lost', async () => {
    const [first, second] = processes;
    if (!first || !second) throw new Error('There are two processes');
    await load.moreRequests(3);
    const killedAt = Date.now();
    first.child.process.kill('SIGKILL');
    await load.moreRequests(3);

    const third = await startProcess(app);
    processes.push(third);
    proxy.use([second.port, third.port]);
    await load.moreRequests(3);
    second.child.process.kill('SIGTERM');
    expect(await second.child.ended).toBe(0);
    await load.moreRequests(2);

    const report = await load.stop();
    const lost = await load.lostSessions(report, third);
    for (const { port } of processes) expect(proxy.answered.get(port)).toBeGreaterThan(20);
    expect(report.sessions.length).toBeGreaterThan(4);
    expect({ lost, signedOut: report.signedOut, wrongUser: report.wrongUser }).toEqual({
      lost: 0,
      signedOut: 0,
      wrongUser: 0,
    });
    // The code of a sign-in that was being finished at that moment may be spent: start again (C9).
    const others = report.failures.filter(
      ({ what, from, to }) => !(what === 'sign-in' && from <= killedAt && killedAt <= to),
    );
    expect(others).toEqual([]);
  });
});
