import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { headerText } from '../../harness/hostile.ts';
import { FUZZ_TIMEOUT_MS, laySiege, type Siege } from '../../harness/siege.ts';
import type { Answer, Ask, Header } from '../../harness/wire.ts';

/** What an attacker does to a cookie value that is good for somebody. */
type Harm = (value: string) => string;

const harm: fc.Arbitrary<Harm> = fc.oneof(
  fc.double({ min: 0, max: 0.99, noNaN: true }).map(
    (share): Harm =>
      (value) =>
        value.slice(0, Math.floor(value.length * share)),
  ),
  fc.tuple(fc.double({ min: 0, max: 0.99, noNaN: true }), fc.integer({ min: 0, max: 6 })).map(
    ([share, bit]): Harm =>
      (value) => {
        const at = Math.floor(value.length * share);
        const flipped = String.fromCharCode(value.charCodeAt(at) ^ (1 << bit));
        return value.slice(0, at) + flipped + value.slice(at + 1);
      },
  ),
  headerText.map(
    (added): Harm =>
      (value) =>
        value + added,
  ),
  headerText.map(
    (added): Harm =>
      (value) =>
        added + value,
  ),
  headerText.map(
    (other): Harm =>
      () =>
        other,
  ),
  fc.integer({ min: 1, max: 8 }).map(
    (times): Harm =>
      (value) =>
        value.repeat(times).slice(0, 9000),
  ),
  fc.constantFrom<Harm>(
    (value) => encodeURIComponent(value),
    (value) => value.toUpperCase(),
    (value) => value.replace(/\.[^.]*$/, ''),
    (value) => value.replace(/^s%3A/, ''),
    (value) => value.replace(/^s%3A/, 'j%3A'),
    (value) => Buffer.from(value).toString('base64url'),
  ),
);

/** What node takes in a header. */
const sendable = (value: string) => value.replace(/[^\t\x20-\x7e\x80-\xff]/g, '');

const PAGES: Ask[] = [
  ...['/', '/account', '/sessions', '/sign-out', '/sign-in', '/callback', '/nope'].map((path) => ({
    path,
  })),
  { path: '/sign-out', method: 'POST' },
  { path: '/sessions/end-others', method: 'POST' },
];
const PERSONAL = /Ada Lovelace|quiet-otter|ada@example\.org|End session|name="endAction"/;

describe('hostile cookies', { timeout: FUZZ_TIMEOUT_MS }, () => {
  let siege: Siege;
  /** Good cookies by name, and sessions that were signed out. */
  let good: Record<'ada' | 'otter' | 'pending' | 'otherPending' | 'flash', string>;
  let pendingName: string;
  let callback: string;
  let dead: string[];
  beforeAll(async () => {
    siege = await laySiege();
    const { app, ada, otter } = siege;
    const pendingFor = async () => {
      const browser = app.browser();
      const page = await browser.get(`${app.url}/sign-in`, { follow: false });
      const cookie = browser.cookies.all('localhost')[0];
      const state = new URL(page.headers.get('location') ?? '').searchParams.get('state');
      return { name: cookie?.name ?? '', value: cookie?.value ?? '', state };
    };
    const [pending, otherPending] = [await pendingFor(), await pendingFor()];
    pendingName = pending.name;
    const iss = encodeURIComponent(app.logto.issuer);
    callback = `/callback?state=${pending.state}&error=access_denied&iss=${iss}`;
    const leave = async () => {
      const browser = await app.signedInBrowser();
      const cookie = browser.cookies.find('localhost', 'doorstep')?.value ?? '';
      const left = await browser.post(`${app.url}/sign-out`, {}, { follow: false });
      const flash = left.headers.getSetCookie().find((line) => line.startsWith('doorstep-flash='));
      return { cookie, flash: flash?.split(/[=;]/)[1] ?? '' };
    };
    const left = [await leave(), await leave()];
    dead = left.map(({ cookie }) => cookie);
    good = {
      ada: ada.cookie,
      otter: otter.cookie,
      pending: pending.value,
      otherPending: otherPending.value,
      flash: left[0]?.flash ?? '',
    };
  });
  afterAll(() => siege.close());

  /** Old browsers send no Fetch Metadata; this is as much as an attacker can get to work. */
  const askAs = async (ask: Ask, cookie: string): Promise<Answer> => {
    const headers: Header[] = [
      ['Accept', 'text/html'],
      ['Cookie', cookie],
    ];
    if (ask.method === 'POST') headers.push(['Origin', siege.app.url]);
    return siege.ask({ ...ask, headers });
  };
  const expectVisitor = (answer: Answer) => {
    expect(answer.body).not.toMatch(PERSONAL);
    for (const line of answer.headers['set-cookie'] ?? []) {
      // Cleared at most, never given.
      expect(line).toMatch(/^doorstep(=;|-sign-in\.|-flash=)/);
    }
  };
  const opensTheSame = (one: string, other: string) => {
    const read = (value: string) => {
      try {
        return decodeURIComponent(value.trim().split(';')[0]?.trim() ?? '');
      } catch {
        return value;
      }
    };
    return read(one) === read(other);
  };
  const page = fc.constantFrom(...PAGES);

  it('S3 a session cookie that was tampered with opens nothing and ends nothing', async () => {
    const cases = fc.tuple(page, fc.constantFrom('ada', 'otter'), harm);
    await siege.attack(cases, async ([ask, whose, change]) => {
      const value = sendable(change(good[whose]));
      if (opensTheSame(value, good[whose])) return siege.noAttack();
      expectVisitor(await askAs(ask, `doorstep=${value}`));
    });
  });

  it('S15 S35 a cookie of one name or person is nothing under another', async () => {
    const names = ['doorstep', 'doorstep-flash', '__Host-doorstep', 'Doorstep', '__proto__'];
    const name = fc.oneof(
      fc.constantFrom(...names),
      fc.constant('doorstep-sign-in.'),
      headerText.map((ending) => `doorstep-sign-in.${ending.replace(/[=;,]/g, '')}`),
    );
    const crossed = fc
      .constantFrom('ada', 'otter')
      .chain((id) => fc.constantFrom('ada', 'otter', 'dead').map((mac) => ({ id, mac })));
    const forged = crossed
      .filter(({ id, mac }) => id !== mac)
      .map(({ id, mac }) => {
        const from = mac === 'dead' ? dead[0] : good[mac === 'ada' ? 'ada' : 'otter'];
        return `${good[id === 'ada' ? 'ada' : 'otter'].split('.')[0]}.${from?.split('.')[1]}`;
      });
    const value = fc.oneof(
      fc.constantFrom('pending', 'otherPending', 'flash').map((kind) => good[kind]),
      forged,
      headerText,
    );
    const cookies = fc.array(fc.tuple(name, value), { minLength: 1, maxLength: 7 });
    await siege.attack(fc.tuple(page, cookies), async ([ask, pairs]) => {
      const header = pairs.map(([key, held]) => `${key}=${held}`).join('; ');
      expectVisitor(await askAs(ask, header));
    });
  });

  it('S15 a pending sign-in that was tampered with is none', async () => {
    const cases = fc.tuple(fc.constantFrom('pending', 'otherPending'), harm);
    await siege.attack(cases, async ([kind, change]) => {
      const value = sendable(change(good[kind]));
      // The last character of base64url holds bits that nobody reads.
      const bytes = (text: string) => Buffer.from(text, 'base64url').toString('hex');
      if (kind === 'pending' && bytes(value.split(';')[0] ?? '') === bytes(good.pending))
        return siege.noAttack();
      const answer = await askAs({ path: callback }, `${pendingName}=${value}`);
      expect(answer.body).toContain('sign_in_not_found');
      expectVisitor(answer);
    });
  });

  it('C6 odd names of pending sign-ins harm nothing', async () => {
    const name = fc.oneof(
      { weight: 2, arbitrary: fc.constantFrom('', 'a b', '"', '\xe9', '[x]', '__proto__', '()') },
      { weight: 1, arbitrary: headerText.map((ending) => ending.replace(/[=;]/g, '')) },
    );
    const names = fc.array(name, { minLength: 4, maxLength: 12 });
    await siege.attack(names, async (endings) => {
      const cookies = endings.map((ending, index) => `doorstep-sign-in.${index}${ending}=x`);
      const answer = await askAs({ path: '/sign-in' }, cookies.join('; '));
      expect([303, 431]).toContain(answer.status);
      expectVisitor(answer);
    });
  });

  it('S7 a session cookie is dead after sign-out, in whatever company it comes', async () => {
    const company = fc.array(headerText, { maxLength: 3 });
    const cases = fc.tuple(page, fc.constantFrom(0, 1), company, company);
    await siege.attack(cases, async ([ask, which, before, after]) => {
      const header = [...before, `doorstep=${dead[which]}`, ...after].join('; ');
      expectVisitor(await askAs(ask, header));
    });
  });
});
