import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Browser } from '../../demo/browser.ts';
import { type Host, startHost } from '../../harness/host.ts';
import { huggingFacePages, reasonIn } from './pages.ts';

const MINUTE = 60_000;

describe('S60 who somebody is at Hugging Face', () => {
  let host: Host;
  let browser: Browser;
  beforeAll(async () => {
    host = await startHost(huggingFacePages, { environment: { HF_ACCESS_TOKENS: 'true' } });
    browser = await host.signedInBrowser();
  });
  afterEach(() => {
    vi.useRealTimers();
    host.huggingFace.heal();
    host.huggingFace.changeUserInfo('ada-l', null);
  });
  afterAll(() => host.close());

  let now = Date.now();
  /** Each test asks anew. */
  const later = (ms: number) => {
    now = Math.max(now, Date.now()) + ms;
    vi.useFakeTimers({ toFake: ['Date'], now });
  };
  const profile = () => browser.get(`${host.url}/profile`);

  it('is told by Hugging Face, and kept for ten minutes', async () => {
    const before = host.huggingFace.calls.userinfo;
    expect(JSON.parse((await profile()).body)).toEqual({
      id: '65a1c0de0000000000001815',
      username: 'ada-l',
      name: 'Ada Lovelace',
      picture: `${host.huggingFace.url}/avatars/ada-l.svg`,
      isPro: true,
      organizations: [
        {
          id: '65a1c0de00000000000a1837',
          username: 'analytical-engines',
          name: 'Analytical Engines',
          role: 'admin',
          isMember: true,
        },
        {
          id: '65a1c0de00000000000a1865',
          username: 'lms',
          name: 'London Mathematical Society',
          role: 'read',
          isMember: true,
        },
      ],
    });
    host.huggingFace.changeUserInfo('ada-l', { isPro: false });
    later(9 * MINUTE);
    expect(JSON.parse((await profile()).body).isPro).toBe(true);
    expect(host.huggingFace.calls.userinfo).toBe(before + 1);
    later(2 * MINUTE);
    expect(JSON.parse((await profile()).body).isPro).toBe(false);
  });

  it.each<[string, Parameters<Host['huggingFace']['failNext']>[1]]>([
    ['an error', { status: 500 }],
    ['too many requests', { status: 429 }],
    ['no answer', 'reset'],
    ['an answer that breaks off', 'garbage'],
    ['another form', { status: 200, body: { sub: 7 } }],
    ['a list as an organization', { status: 200, body: { sub: 'a', orgs: [[]] } }],
    ['a redirect', { status: 302, headers: { location: '/oauth/elsewhere' } }],
    ['more than a megabyte', { status: 200, body: { sub: 'a', name: 'x'.repeat(1024 * 1024) } }],
  ])('%s is a 503, and the session stays', async (_what, fault) => {
    later(11 * MINUTE);
    host.huggingFace.failNext('userinfo', fault);
    const page = await profile();
    expect([page.status, reasonIn(page)]).toEqual([503, 'hugging_face_unavailable']);
    expect((await browser.get(host.url)).body).toBe('in');
    expect((await profile()).status).toBe(200);
  });

  it('what can’t be read is no membership', async () => {
    later(11 * MINUTE);
    const organization = { preferred_username: 'x', name: 'X', isEnterprise: false };
    const orgs = [
      { sub: 'plain' },
      { sub: 'sso', pendingSSO: true },
      { sub: 'mfa', missingMFA: true },
      { sub: 'other', securityRestrictions: ['ip'] },
      { sub: 'none', securityRestrictions: [], pendingSSO: false },
      { sub: 'odd', missingMFA: 'no' },
      { sub: 'role', roleInOrg: 'owner' },
    ].map((one) => ({ roleInOrg: 'write', ...organization, ...one }));
    host.huggingFace.failNext('userinfo', { status: 200, body: { sub: 'a', orgs } });
    const { organizations } = JSON.parse((await profile()).body);
    expect(
      organizations.map(({ id, isMember, role }: Record<string, unknown>) => [id, isMember, role]),
    ).toEqual([
      ['plain', true, 'write'],
      ['sso', false, 'write'],
      ['mfa', false, 'write'],
      ['other', false, 'write'],
      ['none', true, 'write'],
      ['odd', false, 'write'],
      ['role', true, null],
    ]);
  });

  it('whoever took the permission back at Hugging Face is asked to connect it again', async () => {
    later(11 * MINUTE);
    host.huggingFace.revoke('ada-l');
    const page = await profile();
    expect([page.status, reasonIn(page)]).toEqual([403, 'hugging_face_refused']);
    expect((await browser.get(host.url)).body).toBe('in');
  });
});
