import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';
import type { ServeOptions } from '../../src/server.ts';
import { type Serving, startServing } from '../harness/serving.ts';

const GET = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n';
const LAST = 'GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n';
/** More than a connection of this machine takes in without being read. */
const BIG = Buffer.alloc(16 * 1024 * 1024, 'x');

describe('S43 the answers that a server owes', () => {
  let serving: Serving;
  /** What the app was handed and has not answered. */
  let held: ServerResponse[];
  afterEach(() => serving.close());

  const start = async (
    app?: (req: IncomingMessage, res: ServerResponse) => void,
    limits?: ServeOptions['limits'],
  ) => {
    held = [];
    const hold = (_req: IncomingMessage, res: ServerResponse) => void held.push(res);
    serving = await startServing(app ?? hold, limits && { limits });
    return serving;
  };
  const refusals = () => serving.logs.map(({ event, reason }) => `${event} ${reason}`);
  const isHeld = (count: number) => expect.poll(() => held.length).toBe(count);

  it('2,000 requests on one connection: the app sees 32, and the connection is cut', async () => {
    const { dial } = await start();
    const socket = dial().resume();
    socket.write(GET.repeat(2000));
    await once(socket, 'close');
    expect(held.length).toBe(32);
    expect(refusals()).toEqual(['request.refused pipelined']);
  });

  it('whoever asks 32 ahead is answered, in order', async () => {
    let asked = 0;
    const { exchange } = await start((_req, res) => {
      asked += 1;
      res.end(`no. ${asked};`);
    });
    const text = await exchange(GET.repeat(31) + LAST);
    const numbers = Array.from({ length: 32 }, (_, index) => `no. ${index + 1};`);
    expect(text.match(/no\. \d+;/g)).toEqual(numbers);
    expect(serving.logs).toEqual([]);
  });

  it('on a connection that was cut nothing is owed any more', async () => {
    const { dial } = await start(undefined, { perConnection: 4, inSum: 4 });
    for (let round = 0; round < 3; round += 1) {
      const socket = dial().resume();
      socket.write(GET.repeat(5));
      await once(socket, 'close');
    }
    await expect.poll(() => refusals()).toEqual(Array(3).fill('request.refused pipelined'));
    const gone = dial().resume();
    gone.write(GET.repeat(4));
    await isHeld(16);
    gone.destroy();
    await once(held[15]?.req.socket ?? gone, 'close');
    dial().write(GET.repeat(4));
    await isHeld(20);
  });

  it('too many in sum: who does not read is cut, most owed first, and the others are answered', async () => {
    const app = (req: IncomingMessage, res: ServerResponse) =>
      void res.end(req.url === '/big' ? BIG : 'small');
    const { dial, exchange } = await start(app, { perConnection: 32, inSum: 12 });
    const [idler, greedy] = [dial(), dial()];
    // Paused until it is told to read: its answers stay at the server.
    idler.write(GET.replace('/', '/big').repeat(4));
    greedy.write(GET.replace('/', '/big').repeat(8));
    await once(idler, 'readable');
    await once(greedy, 'readable');
    expect(await exchange(LAST)).toMatch(/small$/);
    expect(refusals()).toEqual(['request.refused not_read']);
    await once(greedy.resume(), 'close');
    idler.destroy();
  });

  it('too many in sum, and all of them wait for the app: the next one gets 503, with a page', async () => {
    const { dial, exchange } = await start(undefined, { perConnection: 32, inSum: 3 });
    const waiting = [dial(), dial(), dial()].map((socket) => socket.setEncoding('latin1'));
    for (const socket of waiting) socket.write(LAST);
    await isHeld(3);
    const text = await exchange(GET);
    expect(text).toMatch(/^HTTP\/1\.1 503 [\s\S]*retry-after: 60\r\n/i);
    expect(text).toContain('<h1>We have more to do than we can right now</h1>');
    expect(refusals()).toEqual(['request.refused overloaded']);
    for (const res of held) res.end('done');
    for (const socket of waiting) expect((await socket.toArray()).join('')).toMatch(/done$/);
  });
});

describe('S43 connections', () => {
  let serving: Serving;
  afterEach(() => serving.close());

  it('are bounded: one too many ends at once, and one that ends makes room', async () => {
    serving = await startServing((_req, res) => void res.end('here'), { maxConnections: 2 });
    const { server, dial, exchange, logs } = serving;
    const first = dial();
    await once(server, 'connection');
    dial();
    const [second] = await once(server, 'connection');
    expect(await exchange(LAST).catch(() => '')).toBe('');
    expect(logs).toMatchObject([{ event: 'request.refused', reason: 'connections' }]);
    first.destroy();
    second.destroy();
    await once(second, 'close');
    await expect.poll(() => exchange(LAST).catch(() => '')).toMatch(/here$/);
  });
});

describe('S43 a client that doesn’t read', () => {
  let serving: Serving;
  afterEach(() => serving.close());

  it('is cut when it has taken nothing for the time limit', async () => {
    serving = await startServing((_req, res) => void res.end(BIG));
    serving.server.timeout = 100;
    const socket = serving.dial();
    socket.write(GET);
    const [atServer] = await once(serving.server, 'connection');
    await once(atServer, 'close');
    expect(serving.logs).toMatchObject([{ event: 'request.refused', reason: 'not_read' }]);
    socket.destroy();
  });

  it('is not whoever waits for an app that takes longer than that', async () => {
    serving = await startServing((req, res) => {
      req.socket.once('timeout', () => res.end('late'));
    });
    serving.server.timeout = 50;
    expect(await serving.exchange(LAST)).toMatch(/late$/);
    expect(serving.logs).toEqual([]);
  });

  it('is not whoever reads a stream slowly', async () => {
    const pieces = 200;
    serving = await startServing((_req, res) => {
      Readable.from(Array.from({ length: pieces }, () => BIG.subarray(0, 64 * 1024))).pipe(res);
    });
    const socket = serving.dial();
    socket.write(LAST);
    let bytes = 0;
    for await (const chunk of socket) {
      bytes += chunk.length;
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(bytes).toBeGreaterThan(pieces * 64 * 1024);
    expect(serving.logs).toEqual([]);
  });
});
