import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { ADA, type Doorstep, OTTER, startDoorstep } from '../harness/doorstep.ts';

const MINUTE = 60_000;
const SOCIAL_ONLY = {
  signIn: { methods: [] },
  signUp: { identifiers: [], password: false, verify: false },
};
const BY_EMAIL = { methods: [{ identifier: 'email', password: false, verificationCode: true }] };
const GITHUB = { id: 'g', target: 'github', name: { en: 'GitHub' }, platform: 'Universal' };

describe('what of Logto’s pages is linked to', () => {
  let app: Doorstep;
  beforeAll(async () => {
    app = await startDoorstep({ environment: { LOGTO_ACCOUNT_CENTER: 'true' } });
  });
  afterEach(async () => {
    vi.useRealTimers();
    app.logto.heal();
    app.logto.changeSignInExperience({});
    app.logto.changeAccountCenter({});
    await app.logtoPages.refresh();
    app.logs.length = 0;
  });
  afterAll(() => app.close());

  const passTime = (milliseconds: number) =>
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + milliseconds });
  const homePage = async () => (await app.browser().get(app.url)).body;
  const home = async () => {
    const body = await homePage();
    expect(body).toContain('Continue with Hugging Face');
    return [
      ...(body.includes('href="/sign-in">Other ways') ? ['other ways'] : []),
      ...(body.includes('href="/sign-up">Create account') ? ['create account'] : []),
      ...(body.includes('Use your work e-mail') ? ['work e-mail'] : []),
    ];
  };

  it.each([
    ['the stand-in’s own', {}, ['other ways', 'create account']],
    ['social only', SOCIAL_ONLY, []],
    [
      'social only, with GitHub',
      { ...SOCIAL_ONLY, socialConnectors: [GITHUB] },
      ['other ways', 'create account'],
    ],
    ['e-mail', { signIn: BY_EMAIL }, ['other ways', 'create account', 'work e-mail']],
    ['nobody new', { signIn: BY_EMAIL, signInMode: 'SignIn' }, ['other ways', 'work e-mail']],
    ['newcomers only', { signIn: BY_EMAIL, signInMode: 'Register' }, ['create account']],
    [
      'a company’s own sign-in',
      { ...SOCIAL_ONLY, singleSignOnEnabled: true, ssoConnectors: [{ id: 's' }] },
      ['other ways', 'work e-mail'],
    ],
    ['company sign-in, switched off', { ...SOCIAL_ONLY, ssoConnectors: [{ id: 's' }] }, []],
    ['passkeys', { ...SOCIAL_ONLY, passkeySignIn: { enabled: true } }, ['other ways']],
    ['an older Logto', { ...SOCIAL_ONLY, mfa: undefined, passkeySignIn: undefined }, []],
  ])('C51 home with %s', async (_what, settings, expected) => {
    app.logto.changeSignInExperience(settings);
    await app.logtoPages.refresh();
    expect(await home()).toEqual(expected);
  });

  it.each([
    ['is no JSON', 'garbage'],
    ['is of another form', { status: 200, body: { signInMode: 7 } }],
    ['is a list', { status: 200, body: [] }],
    ['is an error', { status: 503 }],
    ['is a redirect', { status: 302, headers: { location: '/api/.well-known/x' } }],
    ['never comes', 'reset'],
    ['is endless', { status: 200, body: `"${'x'.repeat(2_000_000)}"` }],
  ] as const)('C51 an answer that %s changes nothing, with one line', async (_what, fault) => {
    app.logto.failNext('signInExperience', fault, 2);
    await app.logtoPages.refresh();
    await app.logtoPages.refresh();
    expect(await home()).toEqual(['other ways', 'create account']);
    const lines = app.logs.filter(({ event }) => event === 'logto_settings.unknown');
    expect(lines).toHaveLength(1);
    expect(JSON.stringify(lines).length).toBeLessThan(500);
  });

  it('C51 no page waits for it: asked for beside the request, once for all, every five minutes', async () => {
    app.logto.changeSignInExperience(SOCIAL_ONLY);
    app.logto.resetCalls();
    passTime(4 * MINUTE);
    expect(await home()).toHaveLength(2);
    expect(app.logto.calls.signInExperience).toBe(0);
    passTime(2 * MINUTE);
    const release = app.logto.holdNext('signInExperience');
    for (let times = 0; times < 20; times += 1) expect(await home()).toHaveLength(2);
    await expect.poll(() => app.logto.calls.signInExperience).toBe(1);
    release();
    await app.logtoPages.refresh();
    expect(app.logto.calls.signInExperience).toBe(1);
    expect(await home()).toEqual([]);
  });

  it('C51 after an hour without an answer, home offers Hugging Face only; no more is asked than twice a minute', async () => {
    app.logto.failNext('signInExperience', 'reset', 9);
    passTime(59 * MINUTE);
    expect(await home()).toHaveLength(2);
    await app.logtoPages.refresh();
    const before = app.logto.calls.signInExperience;
    passTime(2 * MINUTE);
    expect(await home()).toEqual([]);
    await expect.poll(() => app.logto.calls.signInExperience).toBe(before + 1);
    for (let times = 0; times < 20; times += 1) expect(await home()).toEqual([]);
    expect(app.logto.calls.signInExperience).toBe(before + 1);
    app.logto.heal();
    await app.logtoPages.refresh();
    expect(await home()).toHaveLength(2);
  });

  it('C51 the page itself stays one for all', async () => {
    const first = await homePage();
    app.logto.changeSignInExperience(SOCIAL_ONLY);
    await app.logtoPages.refresh();
    expect(await homePage()).not.toBe(first);
    expect(await homePage()).toBe(await homePage());
  });

  const links = async (choice = ADA) => {
    const browser = await app.signedInBrowser(choice);
    const { body } = await browser.get(`${app.url}/account`);
    const found = body.matchAll(/href="([^"]*)\/account([^"]*)">([^<]*)<\/a>/g);
    return [...found]
      .filter(([, origin]) => origin === app.logto.endpoint)
      .map(([, , path, label]) => `${label}${path ? ` ${path}` : ''}`);
  };
  const SET_UP = { username: 'Edit', email: 'ReadOnly', social: 'ReadOnly' };
  const MFA = { mfa: { factors: ['Totp', 'WebAuthn'], policy: 'UserControlled' } };
  const WRITES = { forgotPassword: { phone: false, email: true } };
  const NEWT = { as: 'brave_newt', via: 'username' } as const;

  it.each([
    ['switched off', OTTER, {}, { fields: SET_UP }, []],
    ['with nothing to see', OTTER, {}, { enabled: true, fields: { name: 'Off' } }, []],
    [
      'for Hugging Face only',
      OTTER,
      MFA,
      { enabled: true, fields: { ...SET_UP, mfa: 'Edit' } },
      ['See it at Logto'],
    ],
    [
      'for Hugging Face only, with a first password',
      OTTER,
      MFA,
      { enabled: true, fields: { ...SET_UP, mfa: 'Edit', phone: 'ReadOnly', password: 'Edit' } },
      ['Edit at Logto', 'Password /password'],
    ],
    [
      'for Hugging Face and an e-mail address that Logto can write to',
      ADA,
      { ...MFA, ...WRITES },
      { enabled: true, fields: { ...SET_UP, mfa: 'Edit' } },
      ['Edit at Logto', 'Passkeys /passkey/manage', 'Authenticator app /authenticator-app'],
    ],
    [
      '… that it can’t write to',
      ADA,
      MFA,
      { enabled: true, fields: { mfa: 'Edit' } },
      ['See it at Logto'],
    ],
    [
      'for a user name and a password',
      NEWT,
      { mfa: { factors: ['Totp'] } },
      { enabled: true, fields: { mfa: 'Edit', password: 'Edit' } },
      ['Edit at Logto', 'Password /password', 'Authenticator app /authenticator-app'],
    ],
    [
      'with factors that are off',
      NEWT,
      {},
      { enabled: true, fields: { mfa: 'Edit' } },
      ['Edit at Logto'],
    ],
  ])('C52 account pages %s', async (_what, who, experience, center, expected) => {
    app.logto.changeSignInExperience(experience);
    app.logto.changeAccountCenter(center);
    await app.logtoPages.refresh();
    expect(await links(who)).toEqual(expected);
  });

  it('C52 without an answer, no page of Logto’s is linked to, and the account page comes', async () => {
    app.logto.failNext('accountCenter', 'reset', 9);
    app.logto.changeAccountCenter({ enabled: true, fields: SET_UP });
    passTime(61 * MINUTE);
    expect(await links()).toEqual([]);
  });
});

it('C52 without LOGTO_ACCOUNT_CENTER, Logto is not asked for its account pages', async () => {
  const app = await startDoorstep();
  const browser = await app.signedInBrowser();
  await browser.get(`${app.url}/account`);
  expect(app.logto.calls.accountCenter).toBe(0);
  await app.close();
});
