import { createHmac, randomBytes } from 'node:crypto';
import type { LogtoUser, UserDirectory } from './users.ts';

/** A webhook as an administrator sets it up. */
export interface Webhook {
  url: string;
  signingKey: string;
  /** Which events it is for; all of them unless given. */
  events?: readonly string[];
}

/** What the receiver answered; null: nobody did. */
export interface Answer {
  status: number;
  body: string;
}

/** A time limit, milliseconds. */
const TIMEOUT = 10_000;

/** Everything that is different from one event to the other; all else is the same in each. */
type Parts = Record<string, unknown>;

/**
 * Changes that an administrator makes by the Management API, each with the webhook that Logto sends of
 * it. Each promise resolves when that was answered: with null where none is set up for the event.
 */
export interface Administration {
  suspend(sub: string, isSuspended?: boolean): Promise<Answer | null>;
  delete(sub: string): Promise<Answer | null>;
  /** As `PATCH /api/users/:id` does it. */
  changeUser(sub: string, changes: Partial<Omit<LogtoUser, 'sub'>>): Promise<Answer | null>;
  /** Members of an organization that already has some; ids of others may be given too. */
  changeMembers(
    organizationId: string,
    changes: { added?: string[]; removed?: string[] },
  ): Promise<Answer | null>;
  /** Any other event. */
  announce(event: string, parts?: Parts): Promise<Answer | null>;
}

/** @param webhook where changes are told, asked for each; null: nowhere. */
export function createAdministration(
  users: UserDirectory,
  webhook: () => Webhook | null,
): Administration {
  const hookId = randomBytes(16).toString('hex').slice(0, 21);
  const announce: Administration['announce'] = async (event, parts = {}) => {
    const hook = webhook();
    if (!hook || (hook.events && !hook.events.includes(event))) return null;
    const createdAt = new Date().toISOString();
    const said = { event, createdAt, userAgent: 'node', ip: '127.0.0.1', ...parts, hookId };
    return deliver(hook, JSON.stringify(said));
  };
  /** What the Management API adds of the request that made the change. */
  const by = (
    method: string,
    matchedRoute: string,
    params: Record<string, string>,
    data?: unknown,
  ) => ({
    path: Object.entries(params).reduce(
      (path, [name, id]) => path.replace(`:${name}`, id),
      matchedRoute,
    ),
    method,
    status: method === 'DELETE' ? 204 : 200,
    params,
    matchedRoute,
    ...(data !== undefined && { data }),
  });
  const found = (sub: string): LogtoUser => {
    const user = users.find(sub);
    if (!user) throw new Error(`Logto has no user ${sub}`);
    return user;
  };

  return {
    announce,
    suspend: async (sub, isSuspended = true) => {
      users.update(sub, { isSuspended });
      const data = shown(found(sub));
      const route = by('PATCH', '/users/:userId/is-suspended', { userId: sub }, data);
      return announce('User.SuspensionStatus.Updated', route);
    },
    delete: async (sub) => {
      const data = shown(found(sub));
      users.delete(sub);
      return announce('User.Deleted', by('DELETE', '/users/:userId', { userId: sub }, data));
    },
    changeUser: async (sub, changes) => {
      users.update(sub, changes);
      const route = by('PATCH', '/users/:userId', { userId: sub }, shown(found(sub)));
      return announce('User.Data.Updated', route);
    },
    changeMembers: async (organizationId, { added = [], removed = [] }) => {
      for (const { sub, organizations } of users.all()) {
        const others = organizations.filter(({ id }) => id !== organizationId);
        const member = { id: organizationId, name: organizationId, description: null, roles: [] };
        if (removed.includes(sub)) users.update(sub, { organizations: others });
        if (added.includes(sub)) users.update(sub, { organizations: [...others, member] });
      }
      return announce('Organization.Membership.Updated', {
        ...by('PUT', '/organizations/:id/users', { id: organizationId }),
        organizationId,
        ...(added.length > 0 && { addedUserIds: added }),
        ...(removed.length > 0 && { removedUserIds: removed }),
      });
    },
  };
}

/**
 * Sent once, whatever comes back; redirects are followed, by which a POST may become a GET. Measured on
 * Logto 1.43.
 */
async function deliver({ url, signingKey }: Webhook, body: string): Promise<Answer | null> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'logto-signature-sha-256': signed(signingKey, body),
        'user-agent': 'Logto (https://logto.io/)',
        'content-type': 'application/json',
      },
      body,
      signal: AbortSignal.timeout(TIMEOUT),
    });
    return { status: response.status, body: await response.text() };
  } catch {
    return null;
  }
}

/** Lower-case hex of HMAC-SHA-256 over the raw body, by the text of the key as it stands. */
export const signed = (signingKey: string, body: string | Buffer): string =>
  createHmac('sha256', signingKey).update(body).digest('hex');

/** A user as webhooks show them. */
export const shown = (user: LogtoUser) => ({
  id: user.sub,
  username: user.username,
  primaryEmail: user.email,
  primaryPhone: null,
  name: user.name,
  avatar: user.avatar,
  customData: user.customData,
  identities: user.identities,
  lastSignInAt: null,
  createdAt: user.createdAt,
  updatedAt: user.updatedAt,
  profile: {},
  applicationId: null,
  cimdClientId: null,
  isSuspended: user.isSuspended,
  hasPassword: false,
});
