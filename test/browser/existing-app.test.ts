import { readFileSync } from 'node:fs';
import express, { type RequestHandler } from 'express';
import helmet from 'helmet';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Chromium, chromiumPath, launchChromium } from '../harness/chromium.ts';
import { eventually } from '../harness/eventually.ts';
import { freePort } from '../harness/free-port.ts';
import { type Host, startHost } from '../harness/host.ts';
import { type Child, runScript } from '../harness/process.ts';
import { hasRedisServer, type RedisServer, startRedisServer } from '../harness/redis-server.ts';
import { type StandIns, startStandIns } from '../harness/stand-ins.ts';
import { arriveAt, authorize, follow, press } from './walk.ts';

const SOURCE = readFileSync(new URL('../../examples/existing-app/app.ts', import.meta.url), 'utf8');

it('examples/existing-app: the kit takes ten lines at most beside the app’s own', () => {
  const lines = SOURCE.split('\n').filter((line) => line.endsWith('// kit'));
  expect(lines.length).toBeGreaterThan(5);
  expect(lines.length).toBeLessThanOrEqual(10);
});

describe.skipIf(!chromiumPath || !hasRedisServer)('examples/existing-app, in Chromium', () => {
  let chromium: Chromium;
  let redis: RedisServer;
  let standIns: StandIns;
  let shop: Child;
  let page: Page;
  let url: string;
  beforeAll(async () => {
    const port = await freePort();
    url = `http://localhost:${port}`;
    [chromium, redis, standIns] = await Promise.all([
      launchChromium(),
      startRedisServer(),
      startStandIns(url),
    ]);
    shop = runScript('examples/existing-app/app.ts', {
      PORT: String(port),
      REDIS_URL: redis.url,
      ...standIns.environment,
    });
    page = await (await chromium.context()).newPage();
    await eventually(() => page.goto(url));
  });
  afterAll(async () => {
    shop.process.kill('SIGKILL');
    await chromium.close();
    await standIns.close();
    await redis.close();
  });

  const add = async (item: string) => {
    await page.getByLabel('Item').fill(item);
    await press(page, 'Add');
    await page.getByText(item).waitFor();
  };
  const text = async () => (await page.textContent('main'))?.replace(/\s+/g, ' ');

  it('a basket before sign-in comes along, an order is placed, and signing out works', async () => {
    await add('Notes on the Analytical Engine');
    await follow(page, 'Continue with Hugging Face');
    await authorize(page);
    await page.waitForURL(`${url}/`);
    expect(await text()).toContain('Hello, Ada Lovelace');
    expect(await text()).toContain('In your basket: Notes on the Analytical Engine');
    await add('A loom');
    await press(page, 'Order');
    await arriveAt(page, 'Orders');
    expect(await text()).toContain('Notes on the Analytical Engine, A loom');
    await follow(page, 'Shop');
    expect(await text()).toContain('In your basket: nothing');
    await press(page, 'Sign out');
    await page.getByRole('link', { name: 'Continue with Hugging Face' }).waitFor();
    expect(page.url()).toBe(`${url}/`);
    await page.goto(`${url}/orders`);
    expect(page.url()).toContain(standIns.logto.endpoint);
  });

  it('the webhook passes, and a foreign order does not', async () => {
    const post = (path: string) => fetch(url + path, { method: 'POST', redirect: 'manual' });
    expect((await post('/webhooks/payment')).status).toBe(204);
    expect((await post('/orders')).status).toBe(403);
  });
});

const FORM = '<form method="post" action="/sign-out"><button>Sign out</button></form>';
const META = `<meta http-equiv="Content-Security-Policy" content="form-action 'self'">`;
const policies: [where: string, before: RequestHandler[], head: string][] = [
  ['in the header of every page', [helmet()], ''],
  ['in a meta element of the page with the form', [], META],
  [
    'on the answer only',
    [
      (req, res, next) => {
        if (req.method === 'POST') res.set('Content-Security-Policy', "form-action 'self'");
        next();
      },
    ],
    '',
  ],
];

describe.skipIf(!chromiumPath)('signing out under a form-action policy, in Chromium', () => {
  let chromium: Chromium;
  let host: Host;
  beforeAll(async () => {
    chromium = await launchChromium();
  });
  afterEach(() => host.close());
  afterAll(() => chromium.close());

  it.each(policies)('%s', async (_where, before, head) => {
    host = await startHost((app, auth) => {
      app.use(express.static('nowhere'), ...before, auth.middleware);
      app.get('/', (req, res) => {
        const body = req.auth.isAuthenticated ? `<h1>Hello</h1>${FORM}` : '<h1>Signed out</h1>';
        res.send(`<!doctype html>${head}<title>x</title>${body}`);
      });
    });
    const page = await (await chromium.context()).newPage();
    await page.goto(`${host.url}/sign-in?direct_sign_in=social:huggingface`);
    await authorize(page);
    await arriveAt(page, 'Hello');
    await press(page, 'Sign out');
    await arriveAt(page, 'Signed out');
    expect(page.url()).toBe(`${host.url}/`);
    expect(host.logto.calls.endSession).toBe(1);
    await page.context().close();
  });
});
