import { Counter, Gauge, type Registry } from 'prom-client';
import {
  AppError,
  END_REASONS,
  HUGGING_FACE_FAILURES,
  REASONS,
  REFRESH_END_REASONS,
  type Reason,
  SIGN_IN_FAILURES,
  WEBHOOK_OUTCOMES,
} from '../doorstep/index.ts';
import { REFUSALS } from '../server/refusals.ts';

type Line = Record<string, unknown>;
/** Counts one more for a value of the label, or so many. */
type Count = (value: unknown, by?: number) => void;

/** What keeps a refresh from succeeding, and a sign-in too. */
const OUTAGES: Reason[] = [
  'logto_unavailable',
  'logto_wrong_issuer',
  'logto_refused',
  'session_store_unavailable',
  'unexpected',
];
const REFRESH_ENDS: readonly unknown[] = REFRESH_END_REASONS;
/** A site for members of an organization there asks it at each sign-in. */
const HUGGING_FACE: Reason[] = [
  ...HUGGING_FACE_FAILURES,
  'hugging_face_unavailable',
  'hugging_face_misconfigured',
];
/** An outage there is logged like one anywhere, and all the same it is a sign-in that failed. */
const SIGN_IN_PATHS: unknown[] = ['/sign-in', '/sign-in/link', '/sign-up', '/callback'];

/**
 * Counts what happens by what is logged of it: each step of a sign-in, a refresh or a sign-out is a
 * line with an `event` already. Who it was, `sub` and `requestId`, is not looked at.
 *
 * @returns what is to be told each line.
 */
export function eventCounter(registry: Registry): (line: unknown) => void {
  const signIns = counter(registry, 'doorstep_sign_ins_total', {
    help: 'Sign-ins that were started, that succeeded, or why they failed.',
    label: 'outcome',
    values: ['started', 'succeeded', ...SIGN_IN_FAILURES, ...HUGGING_FACE, ...OUTAGES],
  });
  const refreshes = counter(registry, 'doorstep_refreshes_total', {
    help: 'Refreshes and rechecks that succeeded, that ended the session, or why they failed.',
    label: 'outcome',
    values: ['succeeded', 'ended', ...OUTAGES],
  });
  const sessionsEnded = counter(registry, 'doorstep_sessions_ended_total', {
    help: 'Sessions ended otherwise than by signing out, by why.',
    label: 'why',
    values: END_REASONS,
  });
  const signOuts = counter(registry, 'doorstep_sign_outs_total', {
    help: 'Sign-outs here, and those that Logto told us of.',
    label: 'kind',
    values: ['here', 'backchannel', 'backchannel_refused'],
  });
  const webhooks = counter(registry, 'doorstep_webhooks_total', {
    help: 'Webhooks of Logto, by what was done about them.',
    label: 'outcome',
    values: [...WEBHOOK_OUTCOMES, 'refused', 'late', 'failed'],
  });
  const errors = counter(registry, 'doorstep_errors_total', {
    help: 'Requests that ended in an error, by the code on its page. A page not found is none.',
    label: 'reason',
    values: REASONS,
  });
  const refused = counter(registry, 'doorstep_refused_requests_total', {
    help: 'Requests and connections that were ended before the app saw them, by why.',
    label: 'reason',
    values: REFUSALS,
  });
  const redisUp = new Gauge({
    name: 'doorstep_redis_up',
    help: '0 while Redis is unreachable.',
    registers: [registry],
  });
  redisUp.set(1);

  const counts = new Map<unknown, (line: Line) => void>([
    ['sign_in.started', () => signIns('started')],
    ['sign_in.succeeded', () => signIns('succeeded')],
    [
      'sign_in.failed',
      ({ reason }) => {
        signIns(reason);
        errors(reason);
      },
    ],
    [
      'request.failed',
      ({ reason, path }) => {
        if (SIGN_IN_PATHS.includes(path) && OUTAGES.some((one) => one === reason)) signIns(reason);
        errors(reason);
      },
    ],
    ['refresh.succeeded', () => refreshes('succeeded')],
    ['refresh.failed', ({ err }) => refreshes(err instanceof AppError ? err.reason : 'unexpected')],
    [
      'session.ended',
      ({ why, sessions }) => {
        sessionsEnded(why, typeof sessions === 'number' ? sessions : 1);
        if (REFRESH_ENDS.includes(why)) refreshes('ended');
      },
    ],
    ['sign_out', ({ kind }) => signOuts(kind)],
    ['backchannel_logout.refused', () => signOuts('backchannel_refused')],
    ['request.refused', ({ reason }) => refused(reason)],
    ['webhook.received', ({ outcome }) => webhooks(outcome)],
    ['webhook.refused', () => webhooks('refused')],
    ['webhook.late', () => webhooks('late')],
    ['webhook.failed', () => webhooks('failed')],
    ['redis.down', () => redisUp.set(0)],
    ['redis.back', () => redisUp.set(1)],
  ]);
  return (line) => {
    if (typeof line !== 'object' || line === null || !('event' in line)) return;
    counts.get(line.event)?.({ ...line });
  };
}

/** A counter by one label, whose value is one of a list or "other": nobody from outside adds a series. */
function counter(
  registry: Registry,
  name: string,
  { help, label, values }: { help: string; label: string; values: readonly string[] },
): Count {
  const total = new Counter({ name, help, labelNames: [label], registers: [registry] });
  // All of them, from the start: Prometheus sees no increase in a series that begins at 1.
  for (const value of [...values, 'other']) total.inc({ [label]: value }, 0);
  return (value, by = 1) => {
    total.inc({ [label]: values.find((known) => known === value) ?? 'other' }, by);
  };
}
