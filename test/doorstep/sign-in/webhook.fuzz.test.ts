import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signed } from '../../../demo/logto/webhook.ts';
import { WITH_WEBHOOK } from '../../harness/doorstep.ts';
import { encoded, headerText, text } from '../../harness/hostile.ts';
import { FUZZ_TIMEOUT_MS, laySiege, type Siege } from '../../harness/siege.ts';
import { WEBHOOK_KEY } from '../../harness/stand-ins.ts';
import type { Header } from '../../harness/wire.ts';

const SIGNATURE = 'logto-signature-sha-256';

describe('S64 hostile webhooks', { timeout: FUZZ_TIMEOUT_MS }, () => {
  let siege: Siege;
  let sub: string;
  beforeAll(async () => {
    siege = await laySiege(WITH_WEBHOOK);
    const page = await siege.ada.browser.get(`${siege.app.url}/account`);
    sub = /<code>sub<\/code>[\s\S]*?<td><code>(\w+)/.exec(page.body)?.[1] ?? '';
    expect(sub).not.toBe('');
  });
  afterAll(() => siege.close());

  /** One that would end Ada's sessions. */
  const good = () => {
    const createdAt = new Date().toISOString();
    return JSON.stringify({ event: 'User.Deleted', createdAt, params: { userId: sub } });
  };
  const expectRefused = async (body: string | Buffer, headers: Header[], statuses: number[]) => {
    const lines = () => siege.app.logs.filter(({ event }) => event === 'webhook.refused').length;
    const before = lines();
    const ask = { method: 'POST', path: '/hooks/logto', headers, body };
    const answer = await siege.ask(ask);
    const said = JSON.stringify(ask).slice(0, 1500);
    expect(statuses, said).toContain(answer.status);
    expect(answer.headers['cache-control'], said).toBe('no-store');
    expect(answer.headers['content-type'], said).toContain('application/problem+json');
    expect(answer.headers['set-cookie']).toBeUndefined();
    expect(lines(), said).toBeGreaterThan(before);
  };

  it('S64 S62 any signature but the right one: 403, one line each, everybody stays', async () => {
    const hex = fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), maxLength: 70 });
    const signatures = fc.oneof(
      headerText,
      hex,
      hex.map((value) => value.padEnd(64, '0').slice(0, 64)),
      text.map((key) => signed(key, good())),
      text.map((other) => signed(WEBHOOK_KEY, `${good()}${other || 'x'}`)),
      fc.constant(signed(WEBHOOK_KEY, good()).toUpperCase()),
      fc.constant(`sha256=${signed(WEBHOOK_KEY, good())}`),
      fc.constant(Buffer.from(signed(WEBHOOK_KEY, good()), 'hex').toString('base64')),
    );
    const before = siege.app.logs.length;
    let tried = 0;
    await siege.attack(signatures, async (signature) => {
      tried += 1;
      await expectRefused(good(), [[SIGNATURE, signature]], [403]);
    });
    // One line for each, and none of them has what was sent.
    const lines = siege.app.logs.slice(before).filter(({ event }) => event === 'webhook.refused');
    expect(lines).toHaveLength(tried);
    expect(JSON.stringify(lines)).not.toContain(sub);
  });

  it('S64 signed all the same, and no message of Logto’s: 4xx, everybody stays', async () => {
    const wrong = fc.oneof(
      fc.constantFrom<unknown>(null, true, 0, '', [], {}),
      fc.jsonValue({ maxDepth: 2 }),
    );
    const bodies = fc.oneof(
      text,
      encoded,
      fc.jsonValue().map((value) => JSON.stringify(value)),
      fc.integer({ min: 0, max: 60 }).map((end) => good().slice(0, end)),
      fc
        .record({ event: fc.constant('User.Deleted'), createdAt: wrong })
        .map((value) => JSON.stringify({ ...value, userId: sub })),
      wrong
        .filter((value) => typeof value !== 'string' || value === '')
        .map((value) => JSON.stringify({ ...JSON.parse(good()), params: { userId: value } })),
      fc
        .array(
          wrong.filter((value) => typeof value !== 'string'),
          { minLength: 1, maxLength: 3 },
        )
        .map((ids) =>
          JSON.stringify({
            event: 'Organization.Membership.Updated',
            createdAt: new Date().toISOString(),
            removedUserIds: ids,
          }),
        ),
    );
    await siege.attack(bodies, async (body) => {
      await expectRefused(body, [[SIGNATURE, signed(WEBHOOK_KEY, body)]], [400]);
    });
  });

  it('S64 every other way to send a good one: 4xx, everybody stays', async () => {
    const changes = fc.oneof(
      fc.constantFrom<Header[]>(
        [['Content-Encoding', 'gzip']],
        [['Content-Encoding', 'br']],
        [[SIGNATURE, '0'.repeat(64)]],
      ),
      encoded
        .filter((value) => /^[\x21-\x7e]*$/.test(value) && value.toLowerCase() !== 'identity')
        .map((value): Header[] => [['Content-Encoding', `x${value}`]]),
    );
    await siege.attack(changes, async (headers) => {
      const body = good();
      const all: Header[] = [[SIGNATURE, signed(WEBHOOK_KEY, body)], ...headers];
      await expectRefused(body, all, [403, 415]);
    });
  });
});
