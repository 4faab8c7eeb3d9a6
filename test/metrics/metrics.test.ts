import { once } from 'node:events';
import { connect } from 'node:net';
import { Gauge, Registry } from 'prom-client';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { listen } from '../../src/metrics/listener.ts';
import { CLIENT, SESSION_SECRET, WHOLE_SITE } from '../harness/doorstep.ts';
import { eventually } from '../harness/eventually.ts';
import { freePort } from '../harness/free-port.ts';
import { peopleAt } from '../harness/people.ts';
import { hasRedisServer } from '../harness/redis-server.ts';
import { type Measured, metricsAt, startMeasured } from './measured.ts';

const REQUESTS = 'doorstep_request_duration_seconds_count';
const COMMANDS = 'doorstep_redis_command_duration_seconds_count';
const CALLS = 'doorstep_logto_call_duration_seconds_count';

describe('metrics', () => {
  let app: Measured;
  beforeAll(async () => {
    app = await startMeasured({ environment: WHOLE_SITE });
  });
  afterAll(() => app.close());

  describe('their port', () => {
    it('answers GET /metrics, in the text format of Prometheus', async () => {
      await app.signedInBrowser();
      const answer = await fetch(`${app.metricsUrl}/metrics?name[]=x`);
      expect(answer.status).toBe(200);
      expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
      const { types, samples } = await app.metrics();
      expect(samples.length).toBeGreaterThan(150);
      for (const [name, type] of types) {
        if (type === 'counter') expect(name).toMatch(/_total$/);
      }
    });

    it('has histograms that add up', async () => {
      const { types, samples, sum } = await app.metrics();
      for (const [name, type] of types) {
        if (type !== 'histogram') continue;
        const counts = samples.filter((one) => one.name === `${name}_count`);
        if (name.startsWith('doorstep_')) expect(counts.length, name).toBeGreaterThan(0);
        for (const { labels, value } of counts) {
          const buckets = samples.filter(
            (one) =>
              one.name === `${name}_bucket` &&
              Object.entries(labels).every(([label, is]) => one.labels[label] === is),
          );
          const values = buckets.map((one) => one.value);
          expect(values).toEqual(values.toSorted((a, b) => a - b));
          expect(sum(`${name}_bucket`, { ...labels, le: '+Inf' })).toBe(value);
        }
      }
    });

    it.each([
      ['GET', '/', 404],
      ['GET', '/metrics/', 404],
      ['GET', '/METRICS', 404],
      ['GET', '/healthz', 404],
      ['POST', '/metrics', 405],
      ['HEAD', '/metrics', 405],
      ['DELETE', '/metrics', 405],
    ])('answers %s %s with %i and nothing more', async (method, path, status) => {
      const answer = await fetch(app.metricsUrl + path, { method });
      expect([answer.status, await answer.text()]).toEqual([status, '']);
    });

    it.each(['/metrics', '/nope'])('S46 has the strict headers at %s', async (path) => {
      const { headers } = await fetch(app.metricsUrl + path);
      expect(Object.fromEntries(headers)).toMatchObject({
        'content-security-policy': expect.stringMatching(/^default-src 'none';/),
        'x-content-type-options': 'nosniff',
        'cache-control': 'no-store',
      });
    });

    it('says 500 where something can’t be measured, and the process lives', async () => {
      const broken = new Registry();
      const collect = () => {
        throw new Error('Not to be read');
      };
      new Gauge({ name: 'broken', help: 'Broken', registers: [broken], collect });
      const port = await freePort();
      const server = await listen({ ...metricsAt(port), registries: [broken] });
      const answer = await fetch(`http://127.0.0.1:${port}/metrics`);
      expect([answer.status, await answer.text()]).toEqual([500, '']);
      await server.close();
    });

    it('is the only one: to visitors /metrics is a page that is not found', async () => {
      const page = await app.browser().get(`${app.url}/metrics`);
      expect(page.status).toBe(404);
      expect(page.body).toContain('There is no page here');
    });
  });

  describe('requests', () => {
    const requests = async (labels: Record<string, string>) =>
      (await app.metrics()).sum(REQUESTS, labels);
    const expectOneMore = async (labels: Record<string, string>, act: () => Promise<unknown>) => {
      const before = await requests(labels);
      await act();
      await expect
        .poll(() => requests(labels), { message: JSON.stringify(labels) })
        .toBe(before + 1);
    };

    it.each([
      ['GET', '/', '/', '200'],
      ['GET', '/healthz', '/healthz', '200'],
      ['GET', '/account', '/account', '303'],
      ['GET', '/organizations/org-1?x=1', '/organizations/:organizationId', '303'],
      ['GET', '/callback?code=c&state=s', '/callback', '400'],
      ['POST', '/sign-out', '/sign-out', '403'],
      ['POST', '/backchannel-logout', '/backchannel-logout', '400'],
      ['GET', '/api/nope', '/api', '401'],
      ['GET', '/API/nope', '/api', '401'],
      ['GET', '/assets/0000000000/old.css', '/assets', '404'],
      ['GET', '/assets/0000000000/site.css', '/assets', '200'],
      ['GET', '/nope/whatever', 'none', '404'],
      ['PUT', '/', 'none', '403'],
      ['PROPFIND', '/', 'none', '403', 'other'],
    ])('%s %s', async (method, path, route, status, label = method) => {
      await expectOneMore({ method: label, route, status }, () =>
        fetch(app.url + path, { method, redirect: 'manual' }),
      );
    });

    it('an asset, whatever its version', async () => {
      const { body } = await app.browser().get(app.url);
      const [folder = ''] = /\/assets\/[0-9a-f]{10}\//.exec(body) ?? [];
      await expectOneMore({ method: 'GET', route: '/assets', status: '200' }, () =>
        fetch(`${app.url}${folder}figtree.woff2`),
      );
    });

    it('one whose client has gone before the answer is aborted', async () => {
      const { hostname, port } = new URL(app.url);
      const browser = await app.signedInBrowser();
      const cookie = browser.cookies.header(new URL(app.url));
      const answered = async () => (await app.metrics()).sum(CALLS, { call: 'userinfo' });
      const before = await answered();
      const release = app.logto.holdNext('userinfo');
      await expectOneMore({ method: 'GET', route: '/account', status: 'aborted' }, async () => {
        const socket = connect(Number(port), hostname);
        await once(socket, 'connect');
        app.logto.resetCalls();
        socket.write(
          `GET /account HTTP/1.1\r\nHost: ${hostname}:${port}\r\nCookie: ${cookie}\r\n\r\n`,
        );
        await eventually(() => expect(app.logto.calls.userinfo).toBe(1));
        socket.destroy();
      });
      release();
      // The call goes on without its client: it is not to be counted among those of the next test.
      await expect.poll(answered).toBe(before + 1);
    });
  });

  describe('calls to Logto', () => {
    const calls = async (act: () => Promise<unknown>) => {
      const before = await app.metrics();
      await act();
      const after = await app.metrics();
      return after.samples
        .filter(({ name, labels, value }) => name === CALLS && value > before.sum(CALLS, labels))
        .map(({ labels }) => `${labels.call} ${labels.outcome}`)
        .sort();
    };

    it('by what is asked for, and how it is answered', async () => {
      const browser = app.browser();
      const callback = await app.upToCallback(browser);
      expect(await calls(() => browser.get(callback))).toEqual(['code ok']);
      expect(await calls(() => browser.get(`${app.url}/account`))).toEqual(['userinfo ok']);
      app.logto.failNext('userinfo', { status: 503 });
      expect(await calls(() => browser.get(`${app.url}/account`))).toEqual([
        'userinfo unavailable',
      ]);
      const leave = () => peopleAt(app).click(browser, '/sign-out');
      expect(await calls(leave)).toEqual(['revocation ok']);
    });

    it('a code that is refused', async () => {
      const browser = app.browser();
      const callback = new URL(await app.upToCallback(browser));
      callback.searchParams.set('code', 'a-code-that-was-never-issued');
      expect(await calls(() => browser.get(callback.href))).toEqual(['code refused']);
    });

    it('the first ones of a process, one that nobody answers, and a refresh', async () => {
      const fresh = await startMeasured();
      onTestFinished(() => fresh.close());
      const browser = await fresh.signedInBrowser();
      const sum = async (labels: Record<string, string>) =>
        (await fresh.metrics()).sum(CALLS, labels);
      expect(await sum({ call: 'discovery', outcome: 'ok' })).toBe(1);
      expect(await sum({ call: 'jwks', outcome: 'ok' })).toBe(1);
      onTestFinished(() => void vi.useRealTimers());
      vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 11 * 60_000 });
      await browser.get(fresh.url);
      expect(await sum({ call: 'refresh', outcome: 'ok' })).toBe(1);
      await fresh.logto.down();
      vi.setSystemTime(Date.now() + 11 * 60_000);
      await browser.get(fresh.url);
      expect(await sum({ call: 'discovery', outcome: 'unavailable' })).toBeGreaterThan(0);
      expect(await sum({ call: 'other' })).toBe(0);
    });
  });

  describe('Redis', () => {
    it('each command of a page, by name', async () => {
      const browser = await app.signedInBrowser();
      const page = (path: string) => () => browser.get(app.url + path);
      expect(await app.added(page('/'), COMMANDS)).toBe(1);
      expect(await app.added(page('/'), COMMANDS, { command: 'getex', outcome: 'ok' })).toBe(1);
      const names = (await app.metrics()).valuesOf(COMMANDS, 'command');
      for (const name of ['set', 'addToUserIndex', 'createSession']) expect(names).toContain(name);
    });

    it.skipIf(!hasRedisServer)('costs no command more than without', async () => {
      const browser = await app.signedInBrowser();
      const count = (act: () => Promise<unknown>) => app.redisServer?.countCommands(act);
      expect(await count(() => browser.get(app.url))).toBe(1);
      expect(await count(() => app.browser().get(app.url))).toBe(0);
      expect(await count(() => app.scrape())).toBe(0);
    });

    it.skipIf(!hasRedisServer)('a command that fails, and how long it took', async () => {
      const fresh = await startMeasured();
      onTestFinished(() => fresh.close());
      const browser = await fresh.signedInBrowser();
      fresh.redisServer?.signal('SIGSTOP');
      const failed = { command: 'getex', outcome: 'error' };
      expect(await fresh.added(() => browser.get(fresh.url), COMMANDS, failed)).toBe(1);
      fresh.redisServer?.signal('SIGCONT');
      const seconds = (await fresh.metrics()).sum(COMMANDS.replace('_count', '_sum'), failed);
      // It was given up by its limit of 1200 ms, and timers are never early.
      expect(seconds).toBeGreaterThan(1);
    });
  });

  it('S29 a scrape names nobody, and holds nothing that was issued', async () => {
    const browser = app.browser();
    const callback = await app.upToCallback(browser);
    const pending = browser.cookies.all('localhost').map(({ value }) => value);
    await browser.get(callback);
    const people = peopleAt(app);
    const sessionId = people.sessionId(browser);
    const tokens = await app.tokensOf(sessionId);
    const sub = await people.claim(browser, 'sub');
    const sids = await people.claim(browser, 'sid');
    await browser.get(`${app.url}/nope?token=${tokens[0]}`);
    await browser.get(`${app.url}/sessions`);
    const cookies = browser.cookies.all('localhost').map(({ value }) => value);
    const { searchParams } = new URL(callback);
    const query = ['code', 'state'].map((name) => searchParams.get(name) ?? '');
    const issued = [...pending, ...cookies, ...tokens, ...query, sub, sids, sessionId];
    const secrets = [...issued, SESSION_SECRET, CLIENT.secret, CLIENT.id].filter(Boolean);
    expect(secrets.length).toBeGreaterThan(9);
    const text = await app.scrape();
    for (const secret of secrets) {
      expect(text).not.toContain(secret);
      expect(text).not.toContain(decodeURIComponent(secret));
    }
    expect(text).not.toMatch(/eyJ|ada|localhost|127\.0\.0\.1/i);
  });
});
