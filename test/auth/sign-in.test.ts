import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Doorstep, OTTER, startDoorstep } from '../harness/doorstep.ts';

describe('signing in', () => {
  let app: Doorstep;
  beforeAll(async () => {
    app = await startDoorstep();
  });
  afterAll(() => app.close());

  it('home → Hugging Face → home with the name', async () => {
    const browser = app.browser();
    const home = await browser.get(app.url);
    expect(home.body).toContain('Come on in.');
    const callback = await app.upToCallback(browser, '/sign-in?direct_sign_in=social:huggingface');
    const back = await browser.get(callback);
    expect(back.url).toBe(`${app.url}/`);
    expect(back.body).toContain('Hello, Ada Lovelace');
    const account = await browser.get(`${app.url}/account`);
    expect(account.status).toBe(200);
    expect(account.body).toContain('ada@example.org');
    const _out = await browser.post(`${app.url}/sign-out`, {});
  });

  it('somebody without name, picture and e-mail', async () => {
    const browser = await app.signedInBrowser(OTTER);
    expect((await browser.get(app.url)).body).toContain('<h1 id="greeting">Hello</h1>');
    const account = await browser.get(`${app.url}/account`);
    expect(account.status).toBe(200);
    expect((await browser.get(app.url)).body).toContain('Hello, @quiet-otter');
  });
});
