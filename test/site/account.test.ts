import { expect, it } from 'vitest';
import type { SignInChoice } from '../demo/authorize-at.ts';
import { ADA, startDoorstep, WHOLE_SITE } from '../harness/doorstep.ts';

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

it('F126 the account page says where each thing comes from', async () => {
  const app = await startDoorstep({ environment: WHOLE_SITE });
  app.logto.users.register('made_here');
  const accountOf = async (choice: SignInChoice) => {
    const browser = await app.signedInBrowser(choice);
    return (await browser.get(`${app.url}/account`)).body;
  };
  const ada = await accountOf(ADA);
  const made = await accountOf({ as: 'made_here', via: 'username' });
  expect(ada).toContain('Comes from Hugging Face, by way of Logto.');
  expect(made).not.toContain('Comes from Hugging Face');
  expect(made).toContain('As Logto has it.');
  // At Hugging Face and at Logto, each said to be so.
  expect(
    ada.match(/Your organizations there|which decides what you may do on this site/g),
  ).toHaveLength(2);
  // Logto knows no username; Hugging Face does, and the page shows it.
  expect(ada).toMatch(/<td><code>null<\/code><span class="small">Logto has none</);
  expect(ada).toContain('Valid until; renewed while you use this site');
  expect(ada).not.toContain('word for word');
  await app.close();
});
