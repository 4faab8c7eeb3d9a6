import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signed } from '../../../demo/logto/webhook.ts';
import type { RedisCommands } from '../../../src/doorstep/redis/commands.ts';
import { intercept } from '../../../src/doorstep/redis/intercept.ts';
import { type Doorstep, startDoorstep, WITH_WEBHOOK } from '../../harness/doorstep.ts';
import { eventually } from '../../harness/eventually.ts';
import { type People, peopleAt } from '../../harness/people.ts';
import { signedInWith } from '../../harness/people-at-logto.ts';
import { WEBHOOK_KEY } from '../../harness/stand-ins.ts';

describe('F64 many webhooks, and large ones', () => {
  let app: Doorstep;
  let people: People;
  /** Commands that Redis has not answered yet, and the most there were. */
  let waiting = 0;
  let most = 0;
  const counting = (redis: RedisCommands): RedisCommands =>
    intercept(redis, async (_command, _args, call) => {
      waiting += 1;
      most = Math.max(most, waiting);
      try {
        return await call();
      } finally {
        waiting -= 1;
      }
    });
  beforeAll(async () => {
    app = await startDoorstep({ environment: WITH_WEBHOOK, wrapRedis: counting });
    people = peopleAt(app);
  });
  afterAll(() => app.close());

  it('F64 two hundred at once: none is lost, and everybody concerned is out', async () => {
    const staying = await signedInWith(app, 'stays_in', {});
    const suspended = await Promise.all(
      Array.from({ length: 10 }, (_, index) => signedInWith(app, `suspended_${index}`, {})),
    );
    const others = Array.from({ length: 190 }, (_, index) =>
      app.logto.users.register(`other_${index}`),
    );
    const subs = [...suspended, ...others].map(({ sub }) => sub);
    const answers = await Promise.all(subs.map((sub) => app.logto.suspend(sub)));
    expect(answers.map((answer) => answer?.status)).toEqual(subs.map(() => 204));
    const lines = app.logs.filter(({ outcome }) => outcome === 'ended');
    expect(new Set(lines.map(({ sub }) => sub))).toEqual(new Set(subs));
    const isIn = await Promise.all(suspended.map(({ browser }) => people.isIn(browser)));
    expect(isIn).toEqual(suspended.map(() => false));
    expect(await people.isIn(staying.browser)).toBe(true);
  });

  it('F64 five thousand members at once are asked about a hundred at a time', async () => {
    const member = await signedInWith(app, 'one_of_thousands', {});
    const strangers = Array.from({ length: 9999 }, (_, index) => `stranger${index}`);
    most = 0;
    app.logs.length = 0;
    const answer = await app.logto.changeMembers('org1', {
      added: strangers.slice(0, 5000),
      removed: [...strangers.slice(5000), member.sub],
    });
    // 202 where it took longer than 2 seconds: then it goes on.
    expect([202, 204]).toContain(answer?.status);
    await eventually(() =>
      expect(app.logs.filter(({ event }) => event === 'webhook.received')).toMatchObject([
        { outcome: 'rechecked', users: 10_000, sessions: 1 },
      ]),
    );
    // For each there are two marks as long as the former name of one is written too.
    expect(most).toBeLessThanOrEqual(210);
    app.logto.resetCalls();
    await member.browser.get(app.url);
    expect(app.logto.tokenCalls).toEqual({ refresh_token: 1 });
  });

  it('S65 one address can’t make us hold more than some large bodies at a time', async () => {
    const { port } = new URL(app.url);
    const body = Buffer.alloc(1_000_000, 'x');
    const head = `POST /hooks/logto HTTP/1.1\r\nHost: localhost:${port}\r\nlogto-signature-sha-256: ${'0'.repeat(64)}\r\nContent-Length: ${body.length}\r\n\r\n`;
    const sockets = Array.from({ length: 40 }, () => connect(Number(port), 'localhost'));
    let cut = 0;
    // All but the last byte: each of them would be held until that comes.
    for (const socket of sockets) {
      socket
        .on('error', () => {})
        .on('close', () => {
          cut += 1;
        });
      socket.write(head);
      socket.write(body.subarray(1));
    }
    await eventually(() => expect(cut).toBeGreaterThanOrEqual(20));
    // A small one from the same address is accepted meanwhile.
    const { sub, browser } = await signedInWith(app, 'meanwhile', {});
    expect((await app.logto.suspend(sub))?.status).toBe(204);
    expect(await people.isIn(browser)).toBe(false);
    for (const socket of sockets) socket.destroy();
    // And a large one, once they are gone.
    const large = JSON.stringify({ event: 'x', fill: 'x'.repeat(900_000) });
    const headers = { 'logto-signature-sha-256': signed(WEBHOOK_KEY, large) };
    await eventually(async () => {
      const response = await fetch(`${app.url}/hooks/logto`, {
        method: 'POST',
        headers,
        body: large,
      });
      expect(response.status).toBe(204);
    });
  });
});
