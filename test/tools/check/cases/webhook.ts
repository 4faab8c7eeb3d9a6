import { WEBHOOK_EVENTS } from '../../../../tools/shared/webhook.ts';
import { all, type Case } from '../between.ts';
import { json } from '../real-logto.ts';
import { APP, type Between } from '../set-up.ts';

const KEY = 'k'.repeat(32);
const HOOK = {
  id: 'hook-1',
  name: 'Doorstep',
  events: [...WEBHOOK_EVENTS],
  config: { url: `${APP}/hooks/logto` },
  signingKey: KEY,
  enabled: true,
};
const USED = { LOGTO_WEBHOOK_SIGNING_KEY: `${KEY},${'o'.repeat(32)}` };

const hook =
  (change: object): Between =>
  async (url, _init, pass) =>
    url.pathname === '/api/hooks' ? json([{ ...HOOK, ...change }]) : pass();

interface Heard {
  /** What the app answers to somebody who signs nothing. */
  unsigned?: (date: string) => Response;
  /** What Logto says of its test. */
  test?: () => Response;
  logs?: object[];
}

const dated = (status: number, date: string, more: Record<string, string> = {}) =>
  new Response(null, { status, headers: { date, ...more } });

/** A webhook that is as it should be, and what is heard of its deliveries. */
export const hearing =
  ({ unsigned = (date) => dated(403, date), test, logs = [] }: Heard = {}): Between =>
  async (url, init, pass) => {
    const now = new Date().toUTCString();
    switch (`${init.method ?? 'GET'} ${url.pathname}`) {
      case 'POST /hooks/logto':
        return unsigned(now);
      case 'POST /api/hooks/hook-1/test':
        return test?.() ?? dated(204, now);
      case 'GET /api/hooks/hook-1/recent-logs':
        return json(logs);
      case 'GET /api/hooks/hook-1':
        return json({ ...HOOK, executionStats: { successCount: 12, requestCount: 12 } });
      default:
        return hook({})(url, init, pass);
    }
  };

const responded = (responseStatus: number): Response =>
  json(
    { code: 'hook.endpoint_responded_with_error', data: { responseStatus, responseBody: '{}' } },
    422,
  );
const log = (result: string, statusCode?: number) => ({
  payload: { result, ...(statusCode && { response: { statusCode, body: '' } }) },
});

const webhook = (
  is: string,
  between: Between,
  ...says: ['warning' | 'error', RegExp, RegExp]
): Case => ({ is: `F47 ${is}`, environment: USED, between, says: ['Webhook', ...says] });

export const WEBHOOK_CASES: Case[] = [
  {
    ...webhook(
      'a webhook that the app does not know of',
      hook({}),
      'warning',
      /no such route/,
      /setup/,
    ),
    environment: {},
  },
  webhook(
    'no webhook at all',
    async (url, _init, pass) => (url.pathname === '/api/hooks' ? json([]) : pass()),
    'warning',
    /Logto has none for https:\/\/app.example.com\/hooks\/logto/,
    /logto:setup does/,
  ),
  webhook(
    'one with another address',
    hook({ config: { url: 'https://old.example.com/hooks/logto' } }),
    'warning',
    /^Logto calls https:\/\/old.example.com/,
    /^Set it to https:\/\/app.example.com\/hooks\/logto/,
  ),
  webhook('one that is off', hook({ enabled: false }), 'warning', /switched off/, /Switch it on/),
  webhook(
    'one with another key',
    hook({ signingKey: 'x'.repeat(32) }),
    'error',
    /is not its signing key/,
    /Copy it/,
  ),
  webhook(
    'one without an event that counts',
    hook({ events: WEBHOOK_EVENTS.filter((event) => event !== 'User.Deleted') }),
    'warning',
    /does not tell of User.Deleted$/,
    /Add them/,
  ),
  webhook(
    'a redirect on the way, which Logto would call a success',
    hearing({ unsigned: (date) => dated(302, date, { location: '/login' }) }),
    'error',
    /redirects to \/login: Logto follows with a GET, and calls it a success/,
    /Let the proxy pass POST/,
  ),
  webhook(
    'a redirect that only Logto meets',
    hearing({ test: () => responded(405) }),
    'error',
    /arrives as a GET/,
    /not seen from here/,
  ),
  webhook(
    'a redirect that only the log of Logto shows',
    hearing({ logs: [log('Success', 204), log('Success', 200), log('Success', 202)] }),
    'warning',
    /^1 of the last 3 deliveries counted as a success with 200, .*: a redirect$/,
    /Let the proxy/,
  ),
  webhook(
    'an app without the route',
    hearing({ unsigned: (date) => dated(404, date) }),
    'error',
    /has no \/hooks\/logto/,
    /Restart the app/,
  ),
  webhook(
    'something else that answers there',
    hearing({ unsigned: (date) => dated(200, date) }),
    'error',
    /answers 200 to what nobody has signed/,
    /without asking for a sign-in/,
  ),
  webhook(
    'a running app with another key',
    hearing({ test: () => responded(403) }),
    'error',
    /the running app refuses what Logto signs/,
    /^Restart the app/,
  ),
  webhook(
    'clocks that the app finds too far apart',
    hearing({ test: () => responded(400) }),
    'error',
    /answered with 400/,
    /Set the clocks/,
  ),
  webhook(
    'an app that fails',
    hearing({ test: () => responded(503) }),
    'error',
    /answered with 503/,
    /log of the app/,
  ),
  webhook(
    'an app that Logto can’t reach',
    hearing({ test: () => json({ code: 'hook.send_test_payload_failed' }, 422) }),
    'error',
    /Logto can’t reach https:\/\/app.example.com\/hooks\/logto/,
    /firewall/,
  ),
  webhook(
    'a clock of the app that is off, though ours is right',
    hearing({ unsigned: () => dated(403, new Date(Date.now() - 420_000).toUTCString()) }),
    'error',
    /^the app’s clock is 4\d\d s behind Logto’s: it takes no delivery$/,
    /machine of the app/,
  ),
  webhook(
    'deliveries of the past day that failed',
    hearing({ logs: [log('Error', 503), log('Success', 204), log('Error')] }),
    'warning',
    /^2 of the last 3 deliveries failed \(503\)$/,
    /Logto sends each once/,
  ),
];

export const WEBHOOK_IN_ORDER: Pick<Case, 'environment' | 'between'> = {
  environment: USED,
  between: all(hearing()),
};
