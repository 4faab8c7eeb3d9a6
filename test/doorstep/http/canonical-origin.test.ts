import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Doorstep, startDoorstep, WHOLE_SITE } from '../../harness/doorstep.ts';
import { type Header, openWire, type Wire } from '../../harness/wire.ts';

/** Where people would see the site, were it not for a proxy that says otherwise. */
const SEEN = 'http://localhost:4121';

describe('C62 what host a request names (kutt#568)', () => {
  /** Under BASE_URL of its own port, and under that of a proxy's port. */
  let direct: Doorstep;
  let proxied: Doorstep;
  const wires: Wire[] = [];
  beforeAll(async () => {
    direct = await startDoorstep();
    proxied = await startDoorstep({ environment: { ...WHOLE_SITE, BASE_URL: SEEN } });
    wires.push(openWire(direct.url), openWire(proxied.url));
  });
  afterEach(() => {
    direct.logs.length = 0;
    proxied.logs.length = 0;
  });
  afterAll(async () => {
    for (const wire of wires) wire.close();
    await Promise.all([direct.close(), proxied.close()]);
  });

  const ask = (app: Doorstep, host: string, headers: Header[] = [], path = '/', method = 'GET') =>
    wires[app === direct ? 0 : 1]?.ask({ method, path, headers: [['Host', host], ...headers] });
  const port = () => new URL(direct.url).port;

  it.each(['127.0.0.1', '[::1]', '127.9.9.9'])('C62 %s is sent on to localhost', async (name) => {
    const answer = await ask(direct, `${name}:${port()}`, [], '/account?a=b');
    expect(answer?.status).toBe(303);
    expect(answer?.headers.location).toBe(`${direct.url}/account?a=b`);
  });

  it('C62 a host is the same in capitals', async () => {
    expect((await ask(direct, `LOCALHOST:${port()}`))?.status).toBe(200);
  });

  it.each([
    ['a proxy’s upstream', 'doorstep'],
    ['a proxy’s upstream on this machine', '127.0.0.1:3000'],
    ['a proxy that drops the port', 'localhost'],
    ['the port of the app itself', 'own'],
    ['every address', '0.0.0.0:4121'],
    ['a name that was rebound', 'rebound.example:4121'],
    ['none', ''],
    ['somebody else’s text', 'a"<script>\x9b31m&lt;@\\'],
  ])('C62 %s is an error that names it, never a redirect', async (_what, name) => {
    const host = name === 'own' ? new URL(proxied.url).host : name;
    const answer = await ask(proxied, host, [['Accept', 'text/html']], '/account');
    expect(answer?.status).toBe(400);
    expect(answer?.headers.location).toBeUndefined();
    expect(answer?.headers['set-cookie']).toBeUndefined();
    expect(answer?.body).toContain('unexpected_host');
    expect(answer?.body).toContain(`href="${SEEN}/account"`);
    expect(answer?.body).toContain('proxy_set_header Host $http_host');
    expect(answer?.body).not.toMatch(/<script>\\|\x9b/);
    if (/^[\w.:]+$/.test(host)) expect(answer?.body).toContain(`<code>${host}</code>`);
    const lines = proxied.logs.filter(({ reason }) => reason === 'unexpected_host');
    expect(lines).toHaveLength(1);
    expect(lines[0]?.msg).toMatch(/Host.*BASE_URL/);
    expect(lines[0]?.msg).not.toMatch(/[^\x20-\x7e]/);
  });

  it('C62 a long host takes a short line', async () => {
    const answer = await ask(proxied, 'x'.repeat(8000));
    expect(answer?.status).toBe(400);
    expect(answer?.body.length).toBeLessThan(8000);
    expect(JSON.stringify(proxied.logs).length).toBeLessThan(4000);
  });

  it('C62 X-Forwarded-Host counts from a named proxy only', async () => {
    const forwarded: Header[] = [['X-Forwarded-Host', 'localhost:4121']];
    expect((await ask(proxied, 'doorstep', forwarded))?.status).toBe(400);
    const named = await startDoorstep({ environment: { BASE_URL: SEEN, TRUST_PROXY: 'loopback' } });
    const wire = openWire(named.url);
    const headers: Header[] = [['Host', 'doorstep'], ...forwarded];
    expect((await wire.ask({ path: '/', headers })).status).toBe(200);
    wire.close();
    await named.close();
  });

  it('C62 calls of machines are not asked by what name they came', async () => {
    expect((await ask(proxied, 'doorstep', [], '/healthz'))?.status).toBe(200);
    expect((await ask(proxied, 'doorstep', [], '/api/books'))?.status).toBe(401);
    const logout = await ask(proxied, 'doorstep', [], '/backchannel-logout', 'POST');
    expect(logout?.body).toContain('invalid_request');
  });

  it.each([
    ['the rebound name itself', 'http://rebound.example:4121', 'same-origin'],
    ['no name, as under no-referrer', 'null', 'same-origin'],
    ['nothing', undefined, 'same-origin'],
  ])(
    'S26 a change under a rebound name, whose Origin is %s, is refused',
    async (_w, origin, site) => {
      const headers: Header[] = [['Sec-Fetch-Site', site]];
      if (origin) headers.push(['Origin', origin]);
      const answer = await ask(proxied, 'rebound.example:4121', headers, '/sign-out', 'POST');
      expect(answer?.status).toBe(403);
      expect(answer?.headers['set-cookie']).toBeUndefined();
    },
  );
});
