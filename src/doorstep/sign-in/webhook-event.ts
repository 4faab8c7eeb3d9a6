import { z } from 'zod';
import { InvalidWebhook } from '../errors.ts';

/** By what an event changes here. Everything else that Logto can tell of changes nothing. */
const EVENTS = {
  'User.Deleted': 'deleted',
  'User.SuspensionStatus.Updated': 'suspension',
  'User.Data.Updated': 'user',
  'Organization.Membership.Updated': 'members',
  // These name no user.
  'Role.Deleted': 'anybody',
  'Role.Data.Updated': 'anybody',
  'Role.Scopes.Updated': 'anybody',
  'Scope.Deleted': 'anybody',
  'Scope.Data.Updated': 'anybody',
  'Organization.Deleted': 'anybody',
  'OrganizationRole.Deleted': 'anybody',
  'OrganizationRole.Data.Updated': 'anybody',
  'OrganizationRole.Scopes.Updated': 'anybody',
  'OrganizationScope.Deleted': 'anybody',
  'OrganizationScope.Data.Updated': 'anybody',
} as const;
export type WebhookEvent = keyof typeof EVENTS;

/** What a webhook at Logto should send, and all that is of use here. */
export const WEBHOOK_EVENTS = Object.keys(EVENTS).filter(isKnown);

function isKnown(name: string): name is WebhookEvent {
  return Object.hasOwn(EVENTS, name);
}

/** What was done, as the log and the metrics name it. */
export const WEBHOOK_OUTCOMES = [
  'ended',
  'rechecked',
  'rechecked_all',
  'ignored',
  'repeated',
  /** The clocks differ: what would have ended sessions has them rechecked. */
  'stale',
] as const;
export type WebhookOutcome = (typeof WEBHOOK_OUTCOMES)[number];

/** What is to be done about an event. */
export type Consequence =
  | { kind: 'end'; sub: string; why: 'suspended' | 'deleted' }
  | { kind: 'recheck'; subs: string[] }
  | { kind: 'recheck_all' }
  | { kind: 'none' };

export interface Delivery {
  /** null: one that changes nothing here. */
  event: WebhookEvent | null;
  /** By Logto's clock, milliseconds since 1970. */
  createdAt: number;
  consequence: Consequence;
  /** Of the user, by Logto's clock, milliseconds since 1970; null where the event doesn't say. */
  updatedAt: number | null;
}

const Id = z.string().min(1).max(256);
/** Custom data can be anything, and in one event it is all the data there is. */
const anyOr = <S extends z.ZodType>(schema: S) => schema.optional().catch(undefined);

const Body = z.object({
  createdAt: z.iso.datetime().transform((text) => Date.parse(text)),
  userId: anyOr(Id),
  params: anyOr(z.object({ id: anyOr(Id), userId: anyOr(Id) })),
  data: anyOr(
    z.object({
      id: anyOr(Id),
      isSuspended: anyOr(z.boolean()),
      updatedAt: anyOr(z.number()),
      result: anyOr(z.string()),
    }),
  ),
  addedUserIds: z.array(Id).default([]),
  removedUserIds: z.array(Id).default([]),
});
type Body = z.output<typeof Body>;

/**
 * Reads what Logto says in a webhook; measured on Logto 1.43, whose documentation names neither the
 * forms nor all events.
 *
 * @throws {InvalidWebhook} for what is no such message.
 */
export function parseDelivery(text: string): Delivery {
  const json = parseJson(text);
  const { data: named } = z.object({ event: z.string() }).safeParse(json);
  if (!named) throw new InvalidWebhook('The body is no JSON object with an event');
  const event = isKnown(named.event) ? named.event : null;
  const parsed = Body.safeParse(json);
  if (event === null) {
    const createdAt = parsed.data?.createdAt ?? Number.NaN;
    return { event, createdAt, consequence: { kind: 'none' }, updatedAt: null };
  }
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new InvalidWebhook(
      `${String(issue?.path[0] ?? 'The body')} is missing, or of another form`,
    );
  }
  const { createdAt, data } = parsed.data;
  const consequence = consequenceOf(event, parsed.data);
  const updatedAt = EVENTS[event] === 'suspension' ? (data?.updatedAt ?? null) : null;
  return { event, createdAt, consequence, updatedAt };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Without a cause: that would quote the body.
    throw new InvalidWebhook('The body is no JSON');
  }
}

function consequenceOf(event: WebhookEvent, body: Body): Consequence {
  if (isTest(body)) return { kind: 'none' };
  const kind = EVENTS[event];
  if (kind === 'anybody') return { kind: 'recheck_all' };
  if (kind === 'members') {
    const subs = [...new Set([...body.removedUserIds, ...body.addedUserIds])];
    return { kind: 'recheck', subs };
  }
  // Which of them there is differs by what made the change.
  const sub = body.userId ?? body.params?.userId ?? body.data?.id;
  if (sub === undefined) throw new InvalidWebhook('The body names no user');
  if (kind === 'deleted') return { kind: 'end', sub, why: 'deleted' };
  const isSuspended = kind === 'suspension' && body.data?.isSuspended === true;
  return isSuspended ? { kind: 'end', sub, why: 'suspended' } : { kind: 'recheck', subs: [sub] };
}

/** Logto's own test of a webhook: signed, of any event, and about nobody. */
const isTest = ({ params, data }: Body): boolean =>
  params?.id === 'fake-id' && data?.result === 'success';
