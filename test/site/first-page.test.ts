import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ADA, type Doorstep, OTTER, startDoorstep } from '../harness/doorstep.ts';
import { eventually } from '../harness/eventually.ts';
import { peopleAt } from '../harness/people.ts';

describe('F123 what Logto knows of a person at Hugging Face', () => {
  let app: Doorstep;
  beforeAll(async () => {
    app = await startDoorstep({ fetchProfile: true });
  });
  afterEach(() => app.logto.heal());
  afterAll(() => app.close());

  const unknown = () => app.logs.filter(({ event }) => event === 'profile.unknown');

  it('F123 is on the home page right after the sign-in, though no other page was opened', async () => {
    const browser = await app.signedInBrowser(OTTER);
    await eventually(async () => {
      const { body } = await browser.get(app.url);
      expect(body).toContain('Hello, @quiet-otter');
      expect(body).toContain('/quiet-otter</a>');
    });
    expect(unknown()).toEqual([]);
  });

  it('F123 is asked once for a sign-in, and no page asks again', async () => {
    app.logto.resetCalls();
    const browser = await app.signedInBrowser();
    await eventually(async () => expect((await browser.get(app.url)).body).toContain('@ada-l'));
    for (let view = 0; view < 5; view += 1) await browser.get(app.url);
    expect(app.logto.calls).toMatchObject({ userinfo: 1, token: 1 });
  });

  it('F123 no page waits for it, and the next one has it', async () => {
    const release = app.logto.holdNext('userinfo');
    const browser = await app.signedInBrowser(OTTER);
    expect((await browser.get(app.url)).body).not.toContain('quiet-otter');
    release();
    await eventually(async () =>
      expect((await browser.get(app.url)).body).toContain('Hello, @quiet-otter'),
    );
  });

  it.each([
    ['refused', { status: 401 }],
    ['failing', { status: 500 }],
    ['of another person', { status: 200, body: { sub: 'mallory' } }],
  ])('F123 %s: one line in the log, and the person stays signed in', async (_kind, failure) => {
    const before = unknown().length;
    app.logto.failNext('userinfo', failure);
    const browser = await app.signedInBrowser(OTTER);
    await eventually(() => expect(unknown()).toHaveLength(before + 1));
    expect((await browser.get(`${app.url}/account`)).status).toBe(200);
    expect((await browser.get(app.url)).body).toContain('Hello, @quiet-otter');
    expect(unknown()).toHaveLength(before + 1);
  });
});

describe('F124 the first page after a sign-in, by what is known', () => {
  let app: Doorstep;
  beforeAll(async () => {
    app = await startDoorstep();
  });
  afterAll(() => app.close());

  it.each([
    [OTTER, 'Hello', 'Your name isn’t known here.'],
    [ADA, 'Hello, Ada Lovelace', 'You are signed in.'],
  ])('F124 %j: %s', async (choice, greeting, line) => {
    const browser = await app.signedInBrowser(choice);
    const { body } = await browser.get(app.url);
    expect(body).toContain(`<h1 id="greeting">${greeting}</h1>`);
    expect(body).toContain(line);
    expect(body).not.toContain(await peopleAt(app).claim(browser, 'sub'));
  });
});
