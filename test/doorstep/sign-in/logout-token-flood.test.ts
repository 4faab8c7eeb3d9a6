import { once } from 'node:events';
import { createConnection } from 'node:net';
import request from 'supertest';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createSigningKey, type SigningKey, sign } from '../../../demo/logto/keys.ts';
import { SignatureQueue, SignatureQueueFull } from '../../../src/doorstep/logto/signature-queue.ts';
import { CLIENT, type Doorstep, startDoorstep } from '../../harness/doorstep.ts';
import { eventually } from '../../harness/eventually.ts';

const EVENT = 'http://schemas.openid.net/event/backchannel-logout';

describe('floods of logout tokens', () => {
  let app: Doorstep;
  let otherKey: SigningKey;
  beforeEach(async () => {
    const limits = { signIn: 1e9, callback: 1e9, backchannelFailures: 3 };
    app = await startDoorstep({ limits, environment: { TRUST_PROXY: 'loopback' } });
    otherKey = await createSigningKey('ES384');
    // Discovery and keys are at hand.
    await send(await good()).expect(200);
  });
  afterEach(async () => {
    vi.restoreAllMocks();
    vi.useRealTimers();
    await app.close();
  });

  const send = (token: string, address = '192.0.2.1') =>
    request(app.url)
      .post('/backchannel-logout')
      .type('form')
      .set('x-forwarded-for', address)
      .send({ logout_token: token });
  const good = () => app.logto.mintLogoutToken({ claims: { sub: 'nobody' } });
  /** As good as a real one, but for its signature: all that is in it can be known. */
  const forged = (claims: Record<string, unknown> = {}, header: Record<string, unknown> = {}) => {
    const iat = Math.floor(Date.now() / 1000);
    const { kid } = app.logto.signingKey();
    const all = { iss: app.logto.issuer, aud: CLIENT.id, iat, exp: iat + 120, jti: 'j', sub: 's' };
    const token = { ...all, events: { [EVENT]: {} }, ...claims };
    return sign(otherKey, token, { typ: 'logout+jwt', kid, ...header });
  };

  it('S48 what the form, header or claims tell is refused without a look at the signature', async () => {
    const verify = vi.spyOn(crypto.subtle, 'verify');
    vi.useFakeTimers({ toFake: ['Date'] });
    const iat = Math.floor(Date.now() / 1000);
    const tokens = [
      'x',
      await forged({}, { typ: 'JWT' }),
      await forged({}, { kid: 'unknown' }),
      await forged({ iss: 'https://evil.example/oidc' }),
      await forged({ aud: 'another-app' }),
      await forged({ iat: iat - 301 }),
      await forged({ iat: iat + 310 }),
      await forged({ exp: iat - 301 }),
      await forged({ events: {} }),
      await forged({ nonce: 'n' }),
      await forged({ sub: undefined }),
    ];
    for (const token of tokens) expect([400, 429]).toContain((await send(token)).status);
    expect(verify).not.toHaveBeenCalled();
    await send(await forged());
    expect(verify).toHaveBeenCalledTimes(1);
  });

  it('S48 from an address with any number of failures, a good token ends what it should', async () => {
    const statuses: number[] = [];
    for (let round = 0; round < 6; round += 1) statuses.push((await send(await forged())).status);
    expect(statuses).toEqual([400, 400, 400, 429, 429, 429]);
    await send(await good()).expect(200);
  });

  it('S48 two signatures at a time, and those of failing addresses last', async () => {
    await send(await forged(), '198.51.100.66').expect(400);
    const order: string[] = [];
    const release: (() => void)[] = [];
    const real = crypto.subtle.verify.bind(crypto.subtle);
    vi.spyOn(crypto.subtle, 'verify').mockImplementation(async (...args) => {
      await new Promise<void>((resolve) => release.push(resolve));
      return real(...args);
    });
    const ask = async (name: string, token: string, address: string) => {
      const { status } = await send(token, address);
      order.push(`${name} ${status}`);
    };
    const queued = vi.spyOn(SignatureQueue.prototype, 'run');
    const bad = await forged();
    const answers = [ask('first', bad, '203.0.113.1')];
    await eventually(() => expect(release).toHaveLength(1));
    answers.push(ask('second', bad, '203.0.113.2'));
    await eventually(() => expect(release).toHaveLength(2));
    answers.push(ask('failing', bad, '198.51.100.66'));
    await eventually(() => expect(queued).toHaveBeenCalledTimes(3));
    answers.push(ask('good', await good(), '192.0.2.1'));
    await eventually(() => expect(queued).toHaveBeenCalledTimes(4));
    expect(release).toHaveLength(2);
    for (let next = 0; next < 4; next += 1) {
      await eventually(() => expect(release.length).toBeGreaterThan(next));
      release[next]?.();
      await eventually(() => expect(order).toHaveLength(next + 1));
    }
    await Promise.all(answers);
    expect(order).toEqual(['first 400', 'second 400', 'good 200', 'failing 400']);
  });

  it('S48 a request that ends before its body does is no error', async () => {
    const { host, port } = new URL(app.url);
    const socket = createConnection(Number(port), 'localhost');
    const head = [
      'POST /backchannel-logout HTTP/1.1',
      `host: ${host}`,
      'content-type: application/x-www-form-urlencoded',
      'content-length: 500',
      'expect: 100-continue',
    ];
    socket.write(`${head.join('\r\n')}\r\n\r\nlogout_token=ey`);
    const before = app.logs.length;
    // "100 Continue": the request has arrived.
    await once(socket, 'data');
    socket.destroy();
    await send(await good()).expect(200);
    expect(app.logs.slice(before).map(({ event }) => event)).toEqual(['sign_out']);
  });
});

describe('the queue of signatures', () => {
  const never = () => new Promise<never>(() => {});

  it('S48 is bounded, and drops those of failing addresses first', async () => {
    const queue = new SignatureQueue();
    await expect(queue.run('failing', () => Promise.reject(new Error('bad')))).rejects.toThrow();
    void queue.run('a', never);
    void queue.run('b', never);
    const failing = Array.from({ length: 2000 }, () => queue.run('failing', never));
    const dropped = expect(failing[1999]).rejects.toThrow(SignatureQueueFull);
    // No room among their own kind, but room for somebody else.
    await expect(queue.run('failing', never)).rejects.toThrow(SignatureQueueFull);
    void queue.run('good', never);
    await dropped;
  });

  it('S48 starts 200 in a second, and the others after it', async () => {
    vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout'] });
    const queue = new SignatureQueue();
    let done = 0;
    const all = Array.from({ length: 250 }, () =>
      queue.run('a', async () => {
        done += 1;
      }),
    );
    await vi.advanceTimersByTimeAsync(0);
    expect(done).toBe(200);
    await vi.advanceTimersByTimeAsync(1000);
    await Promise.all(all);
    expect(done).toBe(250);
    vi.useRealTimers();
  });
});
