import { randomInt } from 'node:crypto';
import {
  defaultRole,
  type InventedAccount,
  accounts as inventedAccounts,
  type LogtoMembership,
  rolePermissions,
} from '../accounts.ts';
import type { HuggingFaceUserInfo } from '../hugging-face/index.ts';

/** A social identity as userinfo shows it as `identities.huggingface`. */
export interface HuggingFaceIdentity {
  userId: string;
  details: {
    id: string;
    name?: string;
    email?: string;
    avatar?: string;
    rawData: HuggingFaceUserInfo;
  };
}

export interface LogtoUser {
  sub: string;
  username: string | null;
  name: string | null;
  avatar: string | null;
  email: string | null;
  /** Milliseconds. */
  createdAt: number;
  /** Milliseconds; every sign-in counts as an update. */
  updatedAt: number;
  identities: { huggingface?: HuggingFaceIdentity };
  customData: Record<string, unknown>;
  roles: string[];
  organizations: LogtoMembership[];
  isSuspended: boolean;
  /** The application's access control leaves this user out. */
  isExcluded: boolean;
}

/** Everyone who has an account at the Logto stand-in. */
export interface UserDirectory {
  find(sub: string): LogtoUser | undefined;
  findByUsername(username: string): LogtoUser | undefined;
  all(): LogtoUser[];
  /** A new user with that username, everything else null. */
  register(username: string): LogtoUser;
  /** The user of that e-mail address, made where there is none: a one-time token was minted for it. */
  withEmail(email: string): LogtoUser;
  /** The user of that Hugging Face account, made at the first sign-in; name and avatar follow it (`syncProfile`). */
  fromHuggingFace(info: HuggingFaceUserInfo): LogtoUser;
  /** @throws when nobody has that `sub`. */
  update(sub: string, changes: Partial<Omit<LogtoUser, 'sub'>>): void;
  /** Suspended users can't be found by `active`. */
  active(sub: string): LogtoUser | undefined;
  delete(sub: string): void;
  /** The permissions, over all API resources, that the user's roles give. */
  permissionsOf(user: LogtoUser): Set<string>;
  /** The name and description of an organization that somebody belongs to from the beginning. */
  organization(id: string): LogtoMembership | undefined;
}

/** What an administrator has set up. */
export interface Directory {
  /** Whose roles and organizations are known before they sign in for the first time. */
  accounts?: InventedAccount[];
  /** Which permissions a role gives. */
  roles?: Record<string, string[]>;
}

/** Those of accounts.ts unless others are given. */
export function createUserDirectory({
  accounts = inventedAccounts,
  roles: permissions = rolePermissions,
}: Directory = {}): UserDirectory {
  const users = new Map<string, LogtoUser>();
  const find = (matches: (user: LogtoUser) => boolean) => [...users.values()].find(matches);
  const add = (fields: Partial<LogtoUser>): LogtoUser => {
    const user = newUser(fields);
    users.set(user.sub, user);
    return user;
  };

  return {
    find: (sub) => users.get(sub),
    findByUsername: (username) => find((user) => user.username === username),
    all: () => [...users.values()],
    register: (username) => add({ username }),
    withEmail: (email) =>
      find((user) => user.email?.toLowerCase() === email.toLowerCase()) ?? add({ email }),
    fromHuggingFace: (info) => {
      const known = find((user) => user.identities.huggingface?.userId === info.sub);
      const user =
        known ??
        add({ ...givenAtLogto(accounts, info), identities: { huggingface: identityOf(info) } });
      // `rawData` and the rest stay as they were at the first sign-in; only these two follow.
      user.name = info.name ?? user.name;
      user.avatar = info.picture ?? user.avatar;
      user.updatedAt = Date.now();
      return user;
    },
    update: (sub, changes) => {
      const user = users.get(sub);
      if (!user) throw new Error(`Logto has no user ${sub}`);
      Object.assign(user, changes, { updatedAt: Date.now() });
    },
    active: (sub) => {
      const user = users.get(sub);
      return user?.isSuspended ? undefined : user;
    },
    delete: (sub) => {
      users.delete(sub);
    },
    permissionsOf: ({ roles }) => new Set(roles.flatMap((role) => permissions[role] ?? [])),
    organization: (wanted) =>
      accounts.flatMap(({ atLogto }) => atLogto.organizations).find(({ id }) => id === wanted),
  };
}

function newUser(fields: Partial<LogtoUser>): LogtoUser {
  const now = Date.now();
  return {
    sub: newId(),
    username: null,
    name: null,
    avatar: null,
    email: null,
    createdAt: now,
    updatedAt: now,
    identities: {},
    customData: {},
    roles: [defaultRole],
    organizations: [],
    isSuspended: false,
    isExcluded: false,
    ...fields,
  };
}

/** The e-mail is taken over at the first sign-in only. */
function givenAtLogto(accounts: InventedAccount[], info: HuggingFaceUserInfo): Partial<LogtoUser> {
  const account = accounts.find(({ id }) => id === info.sub);
  return {
    email: info.email ?? null,
    roles: [defaultRole, ...(account?.atLogto.roles ?? [])],
    organizations: structuredClone(account?.atLogto.organizations ?? []),
  };
}

function identityOf(info: HuggingFaceUserInfo): HuggingFaceIdentity {
  return {
    userId: info.sub,
    details: {
      id: info.sub,
      ...(info.name ? { name: info.name } : {}),
      ...(info.email ? { email: info.email } : {}),
      ...(info.picture ? { avatar: info.picture } : {}),
      rawData: info,
    },
  };
}

/** Twelve lower-case letters and digits, as Logto's user ids are. */
function newId(): string {
  const alphabet = 'abcdefghijklmnopqrstuvwxyz0123456789';
  return Array.from({ length: 12 }, () => alphabet.charAt(randomInt(alphabet.length))).join('');
}
