import { expect, it } from 'vitest';
import { startDoorstep } from '../harness/doorstep.ts';

it('the account page shows nothing of somebody else’s userinfo, and does not go in circles', async () => {
  const app = await startDoorstep();
  const browser = await app.signedInBrowser();
  app.logto.resetCalls();
  const body = { sub: 'mallory', email: 'm@evil.example' };
  app.logto.failNext('userinfo', { status: 200, body });
  const page = await browser.get(`${app.url}/account`);
  expect(page.status).toBe(200);
  expect(page.body).not.toContain('m@evil.example');
  expect(app.logto.calls.userinfo).toBe(1);
  await app.close();
});
