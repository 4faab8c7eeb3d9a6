import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Doorstep, startDoorstep } from '../harness/doorstep.ts';
import { type Answer, type AppProcess, startProcess } from '../harness/processes.ts';
import { hasRedisServer } from '../harness/redis-server.ts';

/** Exit code 0 is an end in time: after 10 s close-with-grace makes it 1. */
describe.skipIf(!hasRedisServer)('C22 a process under load', () => {
  let app: Doorstep;
  let cookie: string;
  const processes: AppProcess[] = [];
  const start = async (environment?: Record<string, string>) => {
    const started = await startProcess(app, environment);
    processes.push(started);
    return started;
  };
  beforeAll(async () => {
    app = await startDoorstep();
    const browser = await app.signedInBrowser();
    cookie = browser.cookies.header(new URL(app.url));
  });
  afterEach(() => app.logto.heal());
  afterAll(async () => {
    await Promise.all(processes.map((one) => one.close()));
    await app.close();
  });

  /** Asks again and again, until nobody listens any more. */
  async function askUntilRefused(one: AppProcess, answers: Answer[]): Promise<void> {
    for (;;) {
      try {
        answers.push(await one.get(answers.length % 3 ? '/' : '/account', { cookie }));
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === 'ECONNREFUSED') return;
        throw error;
      }
    }
  }

  it('SIGTERM: every request is answered, new ones are refused, exit code 0', async () => {
    const one = await start();
    const releases = [1, 2, 3].map(() => app.logto.holdNext('userinfo'));
    const answers: Answer[] = [];
    const slow = Promise.all([1, 2, 3].map(() => one.get('/account', { cookie })));
    await expect.poll(() => app.logto.calls.userinfo).toBeGreaterThanOrEqual(3);
    const load = Promise.all(Array.from({ length: 12 }, () => askUntilRefused(one, answers)));
    await expect.poll(() => answers.length).toBeGreaterThan(60);
    one.child.process.kill('SIGTERM');
    // Nobody listens any more, and the slow ones are still to be answered.
    await load;
    for (const release of releases) release();
    for (const { status, body } of [...answers, ...(await slow)]) {
      expect(status).toBe(200);
      expect(body.trimEnd().endsWith('</html>')).toBe(true);
    }
    expect(await one.child.ended).toBe(0);
    expect(one.child.output()).toContain('"event":"stopped"');
    expect(one.child.output()).not.toMatch(/request\.failed|crashed/);
  });

  it('SIGTERM: neither a client that dawdles nor a Redis that hangs keeps it from ending', async () => {
    // The 10 s count from the end of the delay: together with it, this takes longer.
    const one = await start({ SHUTDOWN_DELAY_SECONDS: '2' });
    const dawdler = connect(one.port, 'localhost').on('error', () => {});
    await once(dawdler, 'connect');
    dawdler.write(
      `POST /sign-out HTTP/1.1\r\nHost: ${new URL(app.url).host}\r\nContent-Length: 9\r\n`,
    );
    expect((await one.get('/readyz')).status).toBe(200);
    app.redisServer?.signal('SIGSTOP');
    one.child.process.kill('SIGTERM');
    expect(await one.child.ended).toBe(0);
    app.redisServer?.signal('SIGCONT');
  });

  it('F81 SIGTERM with a delay: not ready any more, and everything is answered as before', async () => {
    const one = await start({ SHUTDOWN_DELAY_SECONDS: '60' });
    expect((await one.get('/readyz')).status).toBe(200);
    one.child.process.kill('SIGTERM');
    await expect.poll(async () => (await one.get('/readyz')).body).toBe('stopping\n');
    expect((await one.get('/readyz')).status).toBe(503);
    expect((await one.get('/healthz')).status).toBe(200);
    // New connections too.
    expect((await fetch(`http://localhost:${one.port}/healthz`)).status).toBe(200);
    expect((await one.get('/', { cookie })).body).toContain('Hello, Ada');
  });

  it.each([
    ['an exception', "throw new Error('provoked')", 'provoked'],
    ['a rejection', "Promise.reject(new Error('provoked'))", 'provoked'],
    ['a rejection with nothing', 'Promise.reject()', 'Not an Error'],
  ])(
    '%s that nobody handles is logged in one line, and the exit code is 1',
    async (_what, crash, message) => {
      const onSignal = `process.once('SIGWINCH', () => { ${crash} })`;
      const preload = `--import data:text/javascript,${encodeURIComponent(onSignal)}`;
      const one = await start({ NODE_OPTIONS: preload });
      expect((await one.get('/', { cookie })).body).toContain('Hello, Ada');
      one.child.process.kill('SIGWINCH');
      expect(await one.child.ended).toBe(1);
      const lines = one.child
        .output()
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
      const crashes = lines.filter(({ event }) => event === 'crashed');
      expect(crashes).toMatchObject([{ level: 60, err: { message } }]);
    },
  );
});
