import { z } from 'zod';
import type { Logto } from './checks/discovery.ts';
import type { Management } from './checks/management.ts';
import { type Answer, ask, NoAnswer, parseAs, statusOf } from './http.ts';
import { error, type Finding, ok, skipped, warning } from './outcome.ts';
import type { World } from './world.ts';

/** The one of our events that does least: it has somebody looked at anew. */
const EVENT = 'User.Data.Updated';
/** What the app answers to a delivery that it takes. */
const TAKEN = [202, 204];
/** What it answers to one that nobody has signed. */
const REFUSED = [400, 401, 403, 429];
/** After these, clients send a GET without a body (RFC 9110 section 15.4). */
const BECOMES_GET = [301, 302, 303];
const noticeableMs = 60_000;
/** The app refuses what says that it is from further away. */
const tooMuchMs = 300_000;

const Refusal = z.object({
  code: z.string(),
  data: z.object({ responseStatus: z.number().optional(), responseBody: z.unknown() }).optional(),
});
const Stats = z.object({
  executionStats: z.object({ successCount: z.number(), requestCount: z.number() }),
});
const Log = z.object({
  payload: z.object({
    result: z.string(),
    response: z.object({ statusCode: z.number().optional() }).optional(),
  }),
});

const REDIRECT_NEXT =
  'Let the proxy pass POST /hooks/logto on as it is, or give Logto the address at the end.';

interface Parts {
  logto: Logto;
  management: Management;
  hook: { id: string; config: { url: string } };
}

/** Whether a delivery arrives: ours, which nobody has signed, Logto's test, and those of the past day. */
export async function tryDelivery(parts: Parts, world: World): Promise<Finding[]> {
  const { hook, management } = parts;
  const { url } = hook.config;
  const unsigned = await ask(world, url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{}',
  });
  const wrong = routeFault(unsigned, url);
  if (wrong) return [wrong];
  const sent = await sendTest(parts, world);
  if ('message' in sent) return [sent];
  const fault = sent.status === 204 ? null : testFault(sent, url);
  if (fault) return [fault];
  const clocks = clockFault(unsigned, sent, parts.logto);
  return [...(clocks ? [clocks] : []), ...(await recently(management, hook.id, clocks === null))];
}

function routeFault(answer: Answer, url: string): Finding | null {
  if (BECOMES_GET.includes(answer.status)) {
    const to = answer.headers.get('location') ?? 'nowhere';
    return error(
      `${url} redirects to ${to}: Logto follows with a GET, and calls it a success`,
      REDIRECT_NEXT,
    );
  }
  if (REFUSED.includes(answer.status)) return null;
  if (answer.status === 404) {
    const next = 'Restart the app with this environment, or let the proxy pass /hooks/logto on.';
    return error(`the running app has no ${new URL(url).pathname}`, next);
  }
  return error(
    `${url} answers ${statusOf(answer)} to what nobody has signed, so something else than this app answers`,
    'Let the proxy pass /hooks/logto on to the app, without asking for a sign-in.',
  );
}

async function sendTest(
  { management, hook }: Parts,
  { timeoutMs }: World,
): Promise<Answer | Finding> {
  try {
    return await management.sendTest(hook.id, { events: [EVENT], config: hook.config });
  } catch (thrown) {
    if (!(thrown instanceof NoAnswer) || thrown.trouble !== 'late') throw thrown;
    return error(
      `Logto’s test delivery to ${hook.config.url} does not end within ${timeoutMs / 1000} s`,
      'Look for a firewall between Logto and the app.',
    );
  }
}

function testFault(answer: Answer, url: string): Finding {
  const refusal = parseAs(Refusal, answer);
  if (refusal?.code === 'hook.send_test_payload_failed') {
    const next =
      'Make sure that Logto can reach BASE_URL: its address, its certificate, a firewall.';
    return error(`Logto can’t reach ${url}`, next);
  }
  const status = refusal?.data?.responseStatus;
  if (refusal?.code !== 'hook.endpoint_responded_with_error' || status === undefined) {
    return skipped(`Logto sends no test delivery (${statusOf(answer)})`);
  }
  if (status === 403) {
    return error(
      'the running app refuses what Logto signs: it has another LOGTO_WEBHOOK_SIGNING_KEY than this environment',
      'Restart the app.',
    );
  }
  if (status === 405) {
    const next = `${REDIRECT_NEXT} It is not seen from here.`;
    return error(`Logto’s delivery arrives as a GET: it is redirected on its way`, next);
  }
  const message = `Logto’s test delivery is answered with ${status}`;
  return error(
    message,
    status === 400
      ? 'Set the clocks of Logto and of the app (NTP): more than 300 s apart, no delivery is taken.'
      : 'Look into the log of the app, and of the proxy in front of it.',
  );
}

/** Where the app has a clock of its own that is off. If ours is, or Logto's, the line “Clock” says so. */
function clockFault(ofApp: Answer, ofLogto: Answer, { ahead }: Logto): Finding | null {
  const [app, logto] = [dateOf(ofApp), dateOf(ofLogto)];
  if (app === null || logto === null || Math.abs(ahead ?? 0) > noticeableMs) return null;
  const off = app - logto;
  if (Math.abs(off) <= noticeableMs) return null;
  const way = `${Math.round(Math.abs(off) / 1000)} s ${off > 0 ? 'ahead of' : 'behind'}`;
  const next = 'Switch time synchronisation on (NTP) on the machine of the app.';
  return Math.abs(off) > tooMuchMs
    ? error(`the app’s clock is ${way} Logto’s: it takes no delivery`, next)
    : warning(`the app’s clock is ${way} Logto’s; beyond 300 s it takes no delivery`, next);
}

function dateOf({ headers }: Answer): number | null {
  const ms = Date.parse(headers.get('date') ?? '');
  return Number.isNaN(ms) ? null : ms;
}

/** What Logto remembers of the past day. */
async function recently(management: Management, id: string, isFine: boolean): Promise<Finding[]> {
  const path = `/api/hooks/${encodeURIComponent(id)}`;
  const [logs, stats] = await Promise.all([
    management.read(`${path}/recent-logs?page=1&page_size=20`, z.array(Log)),
    management.read(`${path}?includeExecutionStats=true`, Stats),
  ]);
  const next = `Look at Logto Console > Webhooks > Recent requests, and into the app’s log: Logto sends each once.`;
  const statusesOf = (result: string) =>
    (logs ?? []).flatMap(({ payload }) =>
      payload.result === result ? [payload.response?.statusCode ?? null] : [],
    );
  const failed = statusesOf('Error');
  const strange = statusesOf('Success').filter((code) => code !== null && !TAKEN.includes(code));
  const findings = [
    ...(strange.length > 0
      ? [
          warning(
            `${strange.length} of the last ${logs?.length} deliveries counted as a success with ${strange[0]}, which this app never answers: a redirect`,
            REDIRECT_NEXT,
          ),
        ]
      : []),
    ...(failed.length > 0
      ? [
          warning(
            `${failed.length} of the last ${logs?.length} deliveries failed (${failed[0] ?? 'no answer'})`,
            next,
          ),
        ]
      : []),
  ];
  if (findings.length > 0 || !isFine) return findings;
  const { successCount = 0, requestCount = 0 } = stats?.executionStats ?? {};
  const before =
    requestCount > 0 ? `, as did ${successCount} of ${requestCount} in the past day` : '';
  return [ok(`Logto’s test delivery arrives${before}`)];
}
