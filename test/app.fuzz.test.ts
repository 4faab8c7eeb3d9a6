import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encoded, headerText } from './harness/hostile.ts';
import { FUZZ_TIMEOUT_MS, laySiege, type Siege } from './harness/siege.ts';
import type { Header } from './harness/wire.ts';

const PATHS = [
  '/',
  '/account',
  '/sessions',
  '/sessions/x/end',
  '/sign-in',
  '/sign-in/link',
  '/sign-up',
  '/callback',
  '/sign-out',
  '/healthz',
  '/readyz',
  '/assets/x/site.css',
  '/nope',
];
const HEADERS = [
  'Accept',
  'Accept-Encoding',
  'Accept-Language',
  'Host',
  'X-Forwarded-For',
  'X-Forwarded-Proto',
  'X-Forwarded-Host',
  'X-Forwarded-Port',
  'X-Original-URL',
  'X-Rewrite-URL',
  'X-HTTP-Method-Override',
  'Forwarded',
  'Sec-Fetch-Site',
  'Sec-Fetch-Mode',
  'Sec-Fetch-Dest',
  'Sec-Purpose',
  'Purpose',
  'Referer',
  'User-Agent',
  'Authorization',
  'If-None-Match',
  'If-Modified-Since',
  'If-Match',
  'Range',
  'Content-Type',
  'Content-Encoding',
  '__proto__',
];
const LIKELY = [
  '*/*',
  'text/html',
  'application/json',
  'text/html;q=0,application/json;q=x',
  'evil.example',
  'localhost',
  'localhost:1@evil.example',
  'https',
  'same-site',
  'cross-site',
  'navigate',
  'document',
  'bytes=0-1,5-,-1',
  '*',
  'null',
  'gzip',
  '127.0.0.1, 10.0.0.1, ::1',
];
const PERSONAL = /Ada Lovelace|quiet-otter|ada@example\.org/;
const header: fc.Arbitrary<Header> = fc.tuple(
  fc.constantFrom(...HEADERS),
  fc.oneof(fc.constantFrom(...LIKELY), headerText),
);

describe('hostile requests', { timeout: FUZZ_TIMEOUT_MS }, () => {
  let siege: Siege;
  beforeAll(async () => {
    siege = await laySiege();
  });
  afterAll(() => siege.close());

  it('S30 S34 any headers on any page of a visitor', async () => {
    const requests = fc.record({
      method: fc.constantFrom(
        'GET',
        'GET',
        'HEAD',
        'OPTIONS',
        'POST',
        'PUT',
        'DELETE',
        'PATCH',
        'PROPFIND',
      ),
      path: fc.constantFrom(...PATHS),
      headers: fc.array(header, { maxLength: 6 }),
    });
    await siege.attack(requests, async (request) => {
      const answer = await siege.ask(request);
      expect(answer.body).not.toMatch(PERSONAL);
      const cookies = answer.headers['set-cookie'] ?? [];
      for (const cookie of cookies) expect(cookie).toMatch(/^doorstep-sign-in\./);
    });
  });

  it('S26 no headers but our own pages’ make a cookie change anything', async () => {
    const { ada, app } = siege;
    const ours = (value: string) => value.trim() === 'same-origin' || value.trim() === app.url;
    const foreign = fc
      .oneof(
        headerText,
        fc.constantFrom(
          'none',
          'same-site',
          'cross-site',
          'null',
          'Same-Origin',
          'same-origin, same-origin',
          `${app.url}/`,
          `${app.url}.evil.example`,
          app.url.toUpperCase(),
          'http://localhost',
          'https://evil.example',
        ),
      )
      .filter((value) => !ours(value));
    const requests = fc.record({
      path: fc.constantFrom(
        '/sign-out',
        '/sessions/end-others',
        '/sessions/x/end',
        '/SESSIONS/end-others',
      ),
      method: fc.constantFrom('POST', 'PUT', 'PATCH', 'DELETE', 'TRACE', 'PROPFIND'),
      headers: fc.array(
        header.filter(([name]) => !name.startsWith('Sec-Fetch')),
        { maxLength: 3 },
      ),
      site: fc.option(foreign, { nil: null }),
      origin: fc.oneof(foreign, fc.constantFrom(app.url, null)),
    });
    await siege.attack(requests, async ({ path, method, headers, site, origin }) => {
      // A browser that sends Sec-Fetch-Site is asked that; one that doesn't, its Origin.
      if (site === null && origin === app.url) return siege.noAttack();
      const sent: Header[] = [...headers, ['Cookie', `doorstep=${ada.cookie}`]];
      if (site !== null) sent.push(['Sec-Fetch-Site', site]);
      if (origin !== null) sent.push(['Origin', origin]);
      const answer = await siege.ask({ path, method, headers: sent });
      expect(answer.status, JSON.stringify([method, path, sent])).toBe(403);
    });
  });

  it('S30 any path, with and without a session', async () => {
    const segment = fc.oneof(
      encoded.map((value) => value.slice(0, 200)),
      fc.constantFrom(
        'account',
        'sessions',
        'end',
        '..',
        '.',
        '%2e%2e',
        '%2f',
        '%5c',
        '',
        'assets',
        'sign-in',
      ),
    );
    const paths = fc.oneof(
      fc.array(segment, { maxLength: 6 }).map((segments) => `/${segments.join('/')}`),
      fc.tuple(fc.constantFrom(...PATHS), encoded).map(([path, tail]) => path + tail),
      fc.tuple(fc.constantFrom(...PATHS), encoded).map(([path, tail]) => `${path}?${tail}`),
      fc.integer({ min: 2000, max: 12_000 }).map((length) => `/${'a'.repeat(length)}`),
    );
    const asks = fc.record({ path: paths, method: fc.constantFrom('GET', 'GET', 'HEAD') });
    const { ada } = siege;
    await siege.attack(fc.tuple(asks, fc.boolean()), async ([ask, signedIn]) => {
      const headers: Header[] = signedIn ? [['Cookie', `doorstep=${ada.cookie}`]] : [];
      const answer = await siege.ask({ ...ask, headers });
      if (!signedIn) expect(answer.body, JSON.stringify(ask)).not.toMatch(PERSONAL);
    });
  });

  it('S30 whatever bytes come, what goes back is a page, a refusal or nothing', async () => {
    const { app, ada, wire } = siege;
    const { host } = new URL(app.url);
    const target = fc.oneof(
      fc.constantFrom(
        '*',
        'http://evil.example/account',
        'http://[/callback?state=a&code=b',
        'http://user:pass@evil.example/',
        'http://a%00b/sign-in',
        'evil.example:443',
        '//evil.example/%2e%2e',
        '/\\evil.example',
        '///',
        '?x',
        '#x',
      ),
      fc.constantFrom(...PATHS).map((path) => `http://evil.example:99999${path}`),
      headerText.map((junk) => `/${junk}`),
    );
    const line = fc.oneof(
      fc.constantFrom(
        `Host: ${host}`,
        'Host: evil.example',
        'Content-Length: 0',
        'Content-Length: 5',
        'Content-Length: -1',
        'Content-Length: 99999999999999999999',
        'Transfer-Encoding: chunked',
        'Transfer-Encoding: xchunked',
        'Transfer-Encoding : chunked',
        'Expect: 100-continue',
        'Expect: the-unexpected',
        'Upgrade: websocket\r\nConnection: Upgrade',
        ' folded: line',
        'X-\u0000: 1',
        `Cookie: doorstep=${ada.cookie}`,
        'Cookie: \u0001\u0002',
      ),
      fc.tuple(header).map(([[name, value]]) => `${name}: ${value}`),
    );
    const bytes = fc
      .record({
        method: fc.constantFrom('GET', 'POST', 'HEAD', 'OPTIONS', 'TRACE', 'CONNECT', 'get', 'X'),
        target,
        version: fc.constantFrom('HTTP/1.1', 'HTTP/1.1', 'HTTP/1.0', 'HTTP/9.9', ''),
        lines: fc.array(line, { maxLength: 5 }),
        body: fc.constantFrom(
          '',
          '',
          'hello',
          '0\r\n\r\n',
          '5\r\nhello\r\n0\r\n\r\n',
          'GET /account HTTP/1.1\r\n\r\n',
        ),
      })
      .map(({ method, target: to, version, lines, body }) =>
        [
          `${method} ${to} ${version}`,
          `Host: ${host}`,
          'Connection: close',
          ...lines,
          '',
          body,
        ].join('\r\n'),
      );
    await siege.attack(bytes, async (sent) => {
      const received = await wire.bytes(sent);
      const answers = received.split(/^(?=HTTP\/1\.1 )/m).filter(isFinal);
      for (const answer of answers) siege.expectHarmless(parse(answer), { path: sent });
      if (answers.length === 0) siege.noAttack();
    });
  });
});

/** "100 Continue" only says that the answer is still to come. */
const isFinal = (answer: string) => answer !== '' && !answer.startsWith('HTTP/1.1 100 ');

/** Enough of an HTTP answer to judge it. */
function parse(answer: string) {
  const [head = '', ...rest] = answer.split('\r\n\r\n');
  const [statusLine = '', ...lines] = head.split('\r\n');
  const headers: Record<string, string | string[]> = {};
  for (const line of lines) {
    const [name = '', ...value] = line.split(':');
    const key = name.toLowerCase();
    if (key === 'set-cookie') headers[key] = [...(headers[key] ?? []), value.join(':').trim()];
    else headers[key] = value.join(':').trim();
  }
  return { status: Number(statusLine.split(' ')[1]), headers, body: rest.join('\r\n\r\n') };
}
