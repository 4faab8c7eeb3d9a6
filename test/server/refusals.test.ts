import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import express from 'express';
import { afterEach, describe, expect, it } from 'vitest';
import { REFUSALS } from '../../src/server/refusals.ts';
import { read } from '../deploy/files.ts';
import { HEADERS, type Serving, startServing } from '../harness/serving.ts';

const GET = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n';
const CHUNKED = 'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n';
const COOKIES = `Cookie: ${'a=b; '.repeat(3400)}`;

describe('C34 what is refused before the app', () => {
  let serving: Serving;
  afterEach(() => serving.close());
  const start = async (
    app = (_req: IncomingMessage, res: ServerResponse) => void res.end('app'),
  ) => {
    serving = await startServing(app);
    return serving;
  };

  it.each([
    [
      '17 kB of cookies',
      `GET / HTTP/1.1\r\nHost: x\r\n${COOKIES}\r\n\r\n`,
      431,
      'headers_too_large',
      'Delete the cookies of this site',
    ],
    [
      'an address of 17 kB',
      `GET /${'a'.repeat(17_000)} HTTP/1.1\r\nHost: x\r\n\r\n`,
      431,
      'headers_too_large',
      'or the address',
    ],
    ['no HTTP', 'hello\r\n\r\n', 400, 'malformed', 'not a complete request'],
    [
      'a broken header',
      'GET / HTTP/1.1\r\nHost: x\r\nno colon\r\n\r\n',
      400,
      'malformed',
      'not a complete request',
    ],
    [
      'two lengths',
      'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n',
      400,
      'malformed',
      'not a complete request',
    ],
    ['no Host', 'GET / HTTP/1.1\r\n\r\n', 400, 'host_missing', 'which site it is for'],
    [
      'two Hosts',
      'GET / HTTP/1.1\r\nHost: x\r\nHost: evil\r\n\r\n',
      400,
      'host_missing',
      'which site it is for',
    ],
    ...['http://evil.example/account', 'http://[::bad/callback', 'x://callback', '*'].map(
      (target): [string, string, number, string, string] => [
        `C81 ${target} in the request line`,
        `GET ${target} HTTP/1.1\r\nHost: x\r\n\r\n`,
        400,
        'no_path',
        'no path of this site',
      ],
    ),
    [
      'an unknown Expect',
      'GET / HTTP/1.1\r\nHost: x\r\nExpect: magic\r\n\r\n',
      417,
      'expectation',
      'expects something',
    ],
    [
      'CONNECT',
      'CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example\r\n\r\n',
      405,
      'connect',
      'no proxy',
    ],
  ])(
    'S46 %s: a page with the strict headers, one line',
    async (_what, bytes, status, reason, words) => {
      const { exchange, logs } = await start();
      const [head = '', body = ''] = (await exchange(bytes)).split('\r\n\r\n');
      expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
      for (const [name, value] of Object.entries(HEADERS)) {
        expect(head.toLowerCase()).toContain(`${name}: ${value}`.toLowerCase());
      }
      expect(head).toMatch(/^connection: close$/im);
      expect(Number(/^content-length: (\d+)$/im.exec(head)?.[1])).toBe(body.length);
      expect(body).toContain(words);
      expect(body.trimEnd().endsWith('</html>')).toBe(true);
      const requestId = /Request ID ([\w-]+)\./.exec(body)?.[1];
      expect(logs).toMatchObject([
        { event: 'request.refused', reason, status, requestId, level: 40 },
      ]);
      expect(JSON.stringify(logs)).not.toContain('evil');
    },
  );

  it('what was asked on the same connection after a refused request is not done', async () => {
    const asked: unknown[] = [];
    const { exchange } = await start((req, res) => {
      asked.push(req.url);
      res.end('app');
    });
    const text = await exchange(`${GET}GET /bad HTTP/1.1\r\n\r\n${GET.replace('/', '/after')}`);
    expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 400']);
    expect(asked).toEqual(['/']);
  });

  it('the answer to an offer to change the protocol is the last one: Node may drop what came along', async () => {
    const { exchange } = await start();
    const offer = GET.replace(/\r\n$/, 'Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n');
    // Else the answer to whatever came next would be taken for that of the one that was dropped.
    const text = await exchange(offer + GET);
    expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200']);
    expect(text).toMatch(/^connection: close$/im);
  });

  it.each(REFUSALS)('docs/troubleshooting.md says what to do about %s', async (reason) => {
    await start();
    expect(read('docs/troubleshooting.md')).toMatch(new RegExp(`^\\| \`${reason}\` \\|`, 'm'));
  });

  it('S29 nothing of what was sent is logged', async () => {
    const { exchange, logs } = await start();
    await exchange(
      `GET /?code=of-a-sign-in HTTP/1.1\r\nCookie: doorstep=of-a-session\r\n${COOKIES}\r\n\r\n`,
    );
    expect(logs).toHaveLength(1);
    expect(JSON.stringify(logs)).not.toMatch(/of-a-|a=b/);
  });

  it('the page arrives though more is being sent than was read', async () => {
    const { exchange, logs } = await start();
    const text = await exchange(GET.slice(0, -2), COOKIES.repeat(20), '\r\n\r\n');
    expect(text).toContain('Delete the cookies of this site');
    expect(logs).toHaveLength(1);
  });

  it('after an answer the next request on the connection can be refused as well', async () => {
    const { dial, logs } = await start();
    const socket = dial().setEncoding('latin1');
    socket.write(GET);
    await once(socket, 'readable');
    socket.write('hello\r\n\r\n');
    expect((await socket.toArray()).join('').match(/HTTP\/1\.1 \d+/g)).toEqual([
      'HTTP/1.1 200',
      'HTTP/1.1 400',
    ]);
    expect(logs).toMatchObject([{ reason: 'malformed', status: 400 }]);
  });

  it.each([
    ['the answer of another request is owed', `${GET}hello\r\n\r\n`],
    ['those of others are, and of the same request', `${GET}${CHUNKED}hello\r\n`],
  ])('%s: no page, the connection ends', async (_what, bytes) => {
    const { exchange, logs } = await start(() => {});
    expect(await exchange(bytes)).toBe('');
    expect(logs).toMatchObject([{ event: 'request.refused', reason: 'malformed', status: null }]);
  });

  it('a body that can’t be read: its own request gets the page', async () => {
    const { exchange, logs } = await start(() => {});
    expect(await exchange(`${CHUNKED}hello\r\n`)).toMatch(/^HTTP\/1\.1 400 [\s\S]*<\/html>\n$/);
    expect(logs).toMatchObject([{ reason: 'malformed', status: 400 }]);
  });

  it('a body that can’t be read, and its request was answered: nothing comes after that answer', async () => {
    const { dial, logs } = await start();
    const socket = dial().setEncoding('latin1');
    socket.write(CHUNKED);
    await once(socket, 'readable');
    socket.write('hello\r\n');
    expect((await socket.toArray()).join('').match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200']);
    expect(logs).toMatchObject([{ reason: 'malformed', status: null }]);
  });

  it('a body that is too slow: 408 with a page', async () => {
    const { exchange, server, logs } = await start(() => {});
    server.headersTimeout = 100;
    server.requestTimeout = 100;
    const text = await exchange('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nslow');
    expect(text).toMatch(/^HTTP\/1\.1 408 [\s\S]*That took too long/);
    expect(logs).toMatchObject([{ reason: 'too_slow', status: 408 }]);
  });

  it('a connection that was opened in advance ends without a byte and without a line', async () => {
    const { exchange, server, logs } = await start();
    server.headersTimeout = 100;
    expect(await exchange()).toBe('');
    expect(logs).toEqual([]);
  });

  it('whoever goes in the middle of sending is not refused', async () => {
    const { dial, server, logs } = await start(() => {});
    const socket = dial();
    socket.end('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nslow');
    await once(socket.resume(), 'close');
    const reset = dial();
    reset.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nslow');
    const [req] = await once(server, 'request');
    reset.resetAndDestroy();
    await once(req, 'error');
    expect(logs).toEqual([]);
  });

  it('Expect: 100-continue is no refusal', async () => {
    const app = express();
    app.post('/', express.text(), (req, res) => void res.send(req.body));
    const { exchange, logs } = await start(app);
    const head = 'POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nConnection: close\r\n';
    const text = await exchange(
      `${head}Content-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello`,
    );
    expect(text).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK[\s\S]*hello$/);
    expect(logs).toEqual([]);
  });
});
