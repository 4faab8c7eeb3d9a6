import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Browser } from '../../demo/browser.ts';
import { linkTo } from '../../demo/html.ts';
import { ADA, type Doorstep, OTTER, startDoorstep, WHOLE_SITE } from '../../harness/doorstep.ts';
import { peopleAt, reasonOn } from '../../harness/people.ts';

const MINUTE = 60_000;
const ENGINES = '65a1c0de00000000000a1837';
const MEMBER = {
  sub: ENGINES,
  name: 'Analytical Engines',
  preferred_username: 'engines-renamed',
  isEnterprise: false,
  roleInOrg: 'read',
};

describe('S60 a site for the members of an organization at Hugging Face', () => {
  let app: Doorstep;
  beforeAll(async () => {
    app = await startDoorstep({
      environment: {
        ...WHOLE_SITE,
        HF_ACCESS_TOKENS: 'true',
        HF_ALLOWED_ORGANIZATIONS: `acme:65a1c0de00000000000a0000, engines:${ENGINES}`,
      },
    });
  });
  afterEach(() => {
    vi.useRealTimers();
    app.logto.heal();
    app.huggingFace.heal();
    app.logto.setTokenSecrets({ isStored: true });
    app.huggingFace.setTokens({ refreshTokens: 'rotating' });
    for (const name of ['ada-l', 'quiet-otter']) app.huggingFace.changeUserInfo(name, null);
  });
  afterAll(() => app.close());

  const later = (minutes: number) =>
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + minutes * MINUTE });
  const isIn = (browser: Browser) => peopleAt(app).isIn(browser);
  const signIn = async (choice = ADA, path = '/sign-in') => {
    const browser = app.browser();
    const page = await browser.get(await app.upToCallback(browser, path, choice));
    return { browser, page };
  };
  const orgs = (changes: object) => ({ orgs: [{ ...MEMBER, ...changes }] });

  it('lets members in', async () => {
    const { browser } = await signIn();
    expect(await isIn(browser)).toBe(true);
  });

  it('goes by the id: a renamed one is the same, another one of that name is not', async () => {
    app.huggingFace.changeUserInfo('quiet-otter', orgs({}));
    expect(await isIn((await signIn(OTTER)).browser)).toBe(true);
    const fake = {
      sub: '65a1c0de00000000000affff',
      preferred_username: 'engines',
      name: 'engines',
    };
    app.huggingFace.changeUserInfo('quiet-otter', orgs(fake));
    expect((await signIn(OTTER)).page.status).toBe(403);
  });

  it('nobody else gets a session, and the page says why', async () => {
    const { browser, page } = await signIn(OTTER);
    expect([page.status, reasonOn(page)]).toEqual([403, 'sign_in_denied']);
    expect(page.body).toContain('Only members of acme, engines at Hugging Face');
    expect(page.body).toContain('@quiet-otter');
    expect(browser.cookies.find('localhost', 'doorstep')).toBeUndefined();
  });

  it.each([{ pendingSSO: true }, { missingMFA: true }, { securityRestrictions: ['sso'] }])(
    '%o is no membership, and the page says what is to be done',
    async (changes) => {
      app.huggingFace.changeUserInfo('quiet-otter', orgs(changes));
      const { page } = await signIn(OTTER);
      expect([page.status, reasonOn(page)]).toEqual([403, 'sign_in_denied']);
      expect(page.body).toContain('single sign-on, or a second factor');
    },
  );

  it('without Hugging Face it is no, with the way there', async () => {
    const { browser, page } = await signIn({ as: 'no_hugging', via: 'username' });
    expect([page.status, reasonOn(page)]).toEqual([403, 'hugging_face_not_connected']);
    expect(linkTo(page.body, 'Connect Hugging Face again')).toBe(
      '/sign-in?return_to=%2F&direct_sign_in=social:huggingface&prompt=login',
    );
    expect(await isIn(browser)).toBe(false);
  });

  it('where connecting brought nothing, it is an error without that way', async () => {
    app.logto.setTokenSecrets({ isStored: false });
    for (const { sub } of app.logto.users.all()) app.logto.forgetToken(sub);
    const path = '/sign-in?direct_sign_in=social:huggingface&prompt=login';
    const { page } = await signIn(ADA, path);
    expect([page.status, reasonOn(page)]).toEqual([403, 'hugging_face_not_connected']);
    expect(page.body).toContain('Connecting Hugging Face didn’t help');
  });

  it('an outage of Hugging Face lets nobody in, and keeps the way back', async () => {
    const again = app.browser();
    const good = await app.upToCallback(again, '/sign-in?return_to=/sessions');
    app.huggingFace.failNext('userinfo', { status: 503 });
    const page = await again.get(good);
    expect([page.status, reasonOn(page)]).toEqual([503, 'hugging_face_unavailable']);
    expect(page.body).toContain('return_to=%2Fsessions');
    expect(await isIn(again)).toBe(false);
  });

  it('whoever is taken out there is out at the next recheck, and is told why', async () => {
    const { browser } = await signIn();
    app.huggingFace.changeUserInfo('ada-l', { orgs: [] });
    later(9);
    expect(await isIn(browser)).toBe(true);
    later(2);
    expect(await isIn(browser)).toBe(false);
    expect(app.logs.find(({ why }) => why === 'no_member')).toMatchObject({
      event: 'session.ended',
    });
    const { page } = await signIn();
    expect(reasonOn(page)).toBe('sign_in_denied');
  });

  it('an outage at the recheck is a 503 with the session kept, never a yes', async () => {
    const { browser } = await signIn();
    later(11);
    app.huggingFace.failNext('userinfo', { status: 500 }, 2);
    for (const path of ['/', '/account']) {
      const page = await browser.get(app.url + path);
      expect([page.status, reasonOn(page)]).toEqual([503, 'hugging_face_unavailable']);
    }
    app.huggingFace.changeUserInfo('ada-l', null);
    expect(await isIn(browser)).toBe(true);
  });

  it('a token that is over at the recheck, without a refresh token: connect again, and on', async () => {
    app.huggingFace.setTokens({ refreshTokens: 'none' });
    const { browser } = await signIn();
    later(8 * 60);
    const page = await browser.get(`${app.url}/sessions`);
    expect([page.status, reasonOn(page)]).toEqual([403, 'hugging_face_expired']);
    const link = linkTo(page.body, 'Connect Hugging Face again');
    const back = await browser.get(await app.upToCallback(browser, link));
    expect([back.status, back.url]).toEqual([200, `${app.url}/sessions`]);
  });

  it('asks once a recheck, not at each page', async () => {
    const { browser } = await signIn();
    later(11);
    const before = app.huggingFace.calls.userinfo;
    for (let times = 0; times < 5; times += 1) await browser.get(app.url);
    expect(app.huggingFace.calls.userinfo - before).toBe(1);
  });

  it('signing out works meanwhile', async () => {
    const { browser } = await signIn();
    later(11);
    await browser.get(app.url);
    app.huggingFace.failNext('userinfo', { status: 500 }, 9);
    later(11);
    const page = await browser.post(`${app.url}/sign-out`, {}, { follow: false });
    expect(page.status).toBe(303);
    app.huggingFace.heal();
    expect(await isIn(browser)).toBe(false);
  });

  it('under /api, people’s tokens are refused, and programs’ are taken', async () => {
    const seconds = Math.floor(Date.now() / 1000);
    const ask = async (claims: object) => {
      const { issuer: iss } = app.logto;
      const times = { iat: seconds, exp: seconds + 60 };
      const token = await app.logto.mint(
        { iss, aud: WHOLE_SITE.API_RESOURCE, scope: 'read:books', ...times, ...claims },
        { typ: 'at+jwt' },
      );
      const headers = { authorization: `Bearer ${token}`, accept: 'application/json' };
      const answer = await fetch(`${app.url}/api/books`, { headers });
      return [answer.status, answer.headers.get('www-authenticate')];
    };
    expect(await ask({ sub: 'ada', client_id: 'the-app' })).toEqual([403, 'Bearer realm="api"']);
    expect(await ask({ sub: 'ada' })).toEqual([403, 'Bearer realm="api"']);
    expect(await ask({ sub: 'program', client_id: 'program' })).toEqual([200, null]);
  });
});
