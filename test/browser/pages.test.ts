import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Chromium, chromiumPath, launchChromium } from '../harness/chromium.ts';
import { type Doorstep, startDoorstep, WHOLE_SITE } from '../harness/doorstep.ts';
import { eventually } from '../harness/eventually.ts';
import { hasRedisServer } from '../harness/redis-server.ts';
import { inspect } from './inspect.ts';
import {
  AT_HUGGING_FACE,
  AT_LOGTO,
  arriveAt,
  COME_IN,
  HELLO_ADA,
  press,
  read,
  signIn,
} from './walk.ts';

type Arrive = (page: Page, app: Doorstep) => Promise<unknown>;

const open =
  (path: string): Arrive =>
  (page, { url }) =>
    page.goto(url + path);

const signedOut: Arrive = async (page, { url }) => {
  await page.goto(`${url}/sign-out`);
  await press(page, 'Sign out at Logto');
  await read(page, 'You are signed out.');
};

const withoutUserinfo: Arrive = async (page, { url, logto }) => {
  logto.failNext('userinfo', { status: 500 }, 5);
  await page.goto(`${url}/account`);
  await page.getByText('Logto can’t be reached right now').waitFor();
};

const replayed: Arrive = (page, { url, logto }) =>
  page.goto(`${url}/callback?${new URLSearchParams({ state: 's', code: 'c', iss: logto.issuer })}`);

const denied: Arrive = async (page, { url, logto }) => {
  const asked = page.waitForRequest(`${logto.issuer}/auth?*`);
  await page.goto(`${url}/sign-in?return_to=/account`);
  const state = new URL((await asked).url()).searchParams.get('state') ?? '';
  const answer = new URLSearchParams({ error: 'access_denied', state, iss: logto.issuer });
  await page.goto(`${url}/callback?${answer}`);
};

const fromElsewhere: Arrive = async (page, { url }) => {
  await page.goto('about:blank');
  await page.setContent(`<form method="post" action="${url}/sign-out"><button>Go</button></form>`);
  await press(page, 'Go');
};

const onTwoDevices: Arrive = async (page, app) => {
  await app.signedInBrowser();
  await page.goto(`${app.url}/sessions`);
  await page.getByRole('button', { name: 'End all other sessions' }).waitFor();
};

const otherEnded: Arrive = async (page, { url }) => {
  await page.goto(`${url}/sessions`);
  await page.getByRole('button', { name: /^End session/ }).click();
  await read(page, 'has to sign in again.');
};

const unknownAtLogto: Arrive = async (page, { url }) => {
  await page.goto(`${url}/sign-in`);
  await page.getByRole('textbox', { name: 'Username' }).fill('nobody_yet');
  await press(page, 'Sign in');
  await page.getByText('There is no account “nobody_yet” yet.').waitFor();
};

const cancelled: Arrive = async (page, { url }) => {
  await page.goto(`${url}/sign-in?direct_sign_in=social:huggingface`);
  await press(page, 'Cancel');
  await read(page, 'unsuccessful');
};

const withWorkEmail: Arrive = async (page, { url, logto, logtoPages }) => {
  logto.changeSignInExperience({ signIn: { methods: [{ identifier: 'email' }] } });
  await logtoPages.refresh();
  await page.goto(url);
  await page.getByText('Use your work e-mail').click();
  await page.getByRole('textbox', { name: 'Work e-mail' }).waitFor();
};

const withoutOtherWays: Arrive = async (page, { url, logto, logtoPages }) => {
  logto.changeSignInExperience({ signIn: { methods: [] }, signUp: { identifiers: [] } });
  await logtoPages.refresh();
  await page.goto(url);
};

const withAccountPages: Arrive = async (page, { url, logto, logtoPages }) => {
  const fields = { email: 'ReadOnly', phone: 'ReadOnly', password: 'Edit', mfa: 'Edit' };
  logto.changeSignInExperience({
    mfa: { factors: ['Totp', 'WebAuthn'] },
    forgotPassword: { phone: false, email: true },
  });
  logto.changeAccountCenter({ enabled: true, fields });
  await logtoPages.refresh();
  await page.goto(`${url}/account`);
  await page.getByRole('link', { name: 'Authenticator app' }).waitFor();
};

/** Of this machine for a browser, and not known as such to the app. */
const underAnotherName: Arrive = (page, { url }) =>
  page.goto(url.replace('localhost', 'doorstep.localhost'));

const NOT_FINISHED = 'We couldn’t finish signing you in';

/** Name (of the pictures too), who looks, how to get there, main heading. The order matters. */
const STATES: [string, 'visitor' | 'ada' | 'otter', Arrive, string][] = [
  ['home', 'visitor', open('/'), COME_IN],
  ['home-after-sign-out', 'visitor', signedOut, COME_IN],
  ['home-ada', 'ada', open('/'), HELLO_ADA],
  ['account-ada', 'ada', open('/account'), 'Account'],
  ['home-ada-known', 'ada', open('/'), HELLO_ADA],
  ['account-without-userinfo', 'ada', withoutUserinfo, 'Account'],
  ['home-otter', 'otter', open('/'), 'Hello'],
  ['account-otter', 'otter', open('/account'), 'Account'],
  ['home-otter-known', 'otter', open('/'), 'Hello, @quiet-otter'],
  ['sessions-alone', 'otter', open('/sessions'), 'Sessions'],
  ['sessions', 'ada', onTwoDevices, 'Sessions'],
  ['sessions-ended', 'ada', otherEnded, 'Sessions'],
  ['sign-out', 'ada', open('/sign-out'), 'Sign out?'],
  ['sign-out-visitor', 'visitor', open('/sign-out'), 'You are not signed in here'],
  ['home-work-email', 'visitor', withWorkEmail, COME_IN],
  ['home-hugging-face-only', 'visitor', withoutOtherWays, COME_IN],
  ['account-at-logto', 'ada', withAccountPages, 'Account'],
  ['organizations', 'ada', open('/organizations'), 'Organizations'],
  ['organization', 'ada', open('/organizations/anaengines37'), 'Analytical Engines'],
  ['organizations-none', 'otter', open('/organizations'), 'Organizations'],
  [
    'organization-foreign',
    'otter',
    open('/organizations/anaengines37'),
    'You are not a member of this organization',
  ],
  ['error-not-found', 'visitor', open('/acount'), 'There is no page here'],
  ['error-unexpected-host', 'visitor', underAnotherName, 'This site has another address'],
  ['error-not-found-ada', 'ada', open(`/${'a-long-way/'.repeat(9)}`), 'There is no page here'],
  ['error-bad-link', 'visitor', open('/sign-in?prompt=none'), 'This link isn’t quite right'],
  ['error-replayed', 'visitor', replayed, NOT_FINISHED],
  ['error-denied', 'visitor', denied, NOT_FINISHED],
  ['error-cross-site', 'visitor', fromElsewhere, 'That didn’t come from our own pages'],
  ['logto-sign-in', 'visitor', open('/sign-in'), AT_LOGTO],
  ['logto-register', 'visitor', open('/sign-up'), 'Create your account'],
  ['logto-unknown', 'visitor', unknownAtLogto, AT_LOGTO],
  ['logto-cancelled', 'visitor', cancelled, AT_LOGTO],
  [
    'logto-unknown-session',
    'visitor',
    (page, { logto }) => page.goto(`${logto.endpoint}/unknown-session`),
    'Session not found. Please go back and sign in again.',
  ],
  ['hugging-face', 'visitor', open('/sign-in?direct_sign_in=social:huggingface'), AT_HUGGING_FACE],
];

describe.skipIf(!chromiumPath)('every page and state, in Chromium', () => {
  let app: Doorstep;
  let chromium: Chromium;
  let pages: Record<'visitor' | 'ada' | 'otter', Page>;

  beforeAll(async () => {
    const environment = { ...WHOLE_SITE, LOGTO_ACCOUNT_CENTER: 'true' };
    [app, chromium] = await Promise.all([startDoorstep({ environment }), launchChromium()]);
    const open = async () => (await chromium.context()).newPage();
    pages = { visitor: await open(), ada: await open(), otter: await open() };
  });
  afterEach(() => app.logto.heal());
  afterAll(() => Promise.all([app.close(), chromium.close()]));

  it('C18 error-logto-unreachable', async () => {
    // First of all: once known, discovery is kept for minutes.
    app.logto.failNext('discovery', { status: 500 }, 5);
    await pages.visitor.goto(`${app.url}/sign-in`);
    await arriveAt(pages.visitor, 'We can’t reach our sign-in service right now');
    expect(await inspect(pages.visitor, 'error-logto-unreachable')).toEqual([]);
  });

  it('both sign in', async () => {
    // The failure before is remembered for a second.
    await eventually(async () =>
      expect((await app.browser().get(`${app.url}/sign-in`, { follow: false })).status).toBe(303),
    );
    await signIn(pages.ada, app.url);
    await signIn(pages.otter, app.url, 'quiet-otter');
  });

  it.each(STATES)('%s', async (name, who, arrive, heading) => {
    const page = pages[who];
    await arrive(page, app);
    await arriveAt(page, heading);
    expect(await inspect(page, name)).toEqual([]);
  });

  it('error-too-many-requests', async () => {
    const limits = { signIn: 1, callback: 1, backchannelFailures: 1 };
    const strict = await startDoorstep({ limits });
    for (const _time of ['once', 'again']) await pages.visitor.goto(`${strict.url}/sign-in`);
    await arriveAt(pages.visitor, 'That was a little too often');
    expect(await inspect(pages.visitor, 'error-too-many-requests')).toEqual([]);
    await strict.close();
  });

  it.skipIf(!hasRedisServer)('C21 error-store-unreachable, and back again', async () => {
    const page = pages.ada;
    app.redisServer?.signal('SIGKILL');
    await page.goto(`${app.url}/account`);
    await arriveAt(page, 'We can’t reach our session store right now');
    expect(await inspect(page, 'error-store-unreachable')).toEqual([]);
    await app.redisServer?.restart();
    const ready = async () => (await fetch(`${app.url}/readyz`)).status;
    await expect.poll(ready).toBe(200);
  });
});
