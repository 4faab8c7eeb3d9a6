import { afterEach, describe, expect, it } from 'vitest';
import { sessionCookieName } from '../../../src/doorstep/session/middleware.ts';
import { parseConfig } from '../../../src/site/config.ts';
import { type Doorstep, startDoorstep } from '../../harness/doorstep.ts';
import { peopleAt } from '../../harness/people.ts';

const own = (app: Doorstep) => `doorstep-${new URL(app.url).port}`;

describe('C61 two sites on one host', () => {
  const apps: Doorstep[] = [];
  const start = async (...settings: Parameters<typeof startDoorstep>) => {
    const app = await startDoorstep(...settings);
    apps.push(app);
    return app;
  };
  afterEach(async () => {
    await Promise.all(apps.splice(0).map((app) => app.close()));
  });

  it('C61 one browser is signed in at both, and signing out of one leaves the other', async () => {
    const first = await start({ cookiesByPort: true });
    const second = await start({
      cookiesByPort: true,
      environment: { SESSION_SECRET: 'an0ther-Site:of+the/same=Host_kE9xQz7wLmVb' },
    });
    const browser = first.browser();
    await browser.get(await first.upToCallback(browser));
    await browser.get(await second.upToCallback(browser));
    expect(browser.cookies.all('localhost').map(({ name }) => name)).toEqual(
      expect.arrayContaining([own(first), own(second)]),
    );
    const isIn = () => Promise.all([first, second].map((app) => peopleAt(app).isIn(browser)));
    expect(await isIn()).toEqual([true, true]);
    await peopleAt(second).click(browser, '/sign-out');
    expect(await isIn()).toEqual([true, false]);
  });

  it('C61 a session from before the names by port goes on; the next sign-in ends it', async () => {
    const app = await start({ cookiesByPort: true });
    const people = peopleAt(app);
    const browser = await app.signedInBrowser();
    const before = await app.stored.keys('session:*');
    const value = browser.cookies.find('localhost', own(app))?.value;
    const url = new URL(app.url);
    browser.cookies.store(url, [`${own(app)}=; Path=/; Max-Age=0`, `doorstep=${value}; Path=/`]);
    expect(await people.isIn(browser)).toBe(true);
    await browser.get(`${app.url}/sign-in`);
    expect(browser.cookies.find('localhost', own(app))?.value).toMatch(/^s%3A/);
    expect(await people.isIn(browser)).toBe(true);
    const after = await app.stored.keys('session:*');
    expect([after.length, after[0] === before[0]]).toEqual([1, false]);
    await people.click(browser, '/sign-out');
    expect(await people.isIn(browser)).toBe(false);
  });

  it.each([
    ['http://localhost:3000', 'doorstep'],
    ['http://localhost', 'doorstep'],
    ['http://localhost:4000', 'doorstep-4000'],
    ['https://app.example', '__Host-doorstep'],
    ['https://app.example:443', '__Host-doorstep'],
    ['https://app.example:3000', '__Host-doorstep-3000'],
  ])('C61 %s has the cookie %s', (baseUrl, name) => {
    const config = parseConfig({
      BASE_URL: baseUrl,
      TRUST_PROXY: 'loopback',
      LOGTO_ENDPOINT: 'https://tenant.logto.app',
      LOGTO_APP_ID: 'app-id',
      LOGTO_APP_SECRET: 'app-secret-value',
    });
    expect(sessionCookieName(config)).toBe(name);
  });
});
