import { createHash, randomBytes } from 'node:crypto';
import { DEFAULT_PATHS, WEBHOOK_EVENTS } from '../src/doorstep/operator.ts';
import { type InventedAccount, accounts as inventedAccounts, rolePermissions } from './accounts.ts';
import type { Fault } from './hugging-face/faults.ts';
import type { HuggingFaceEndpoint } from './hugging-face/index.ts';
import type { LogtoEndpoint } from './logto/counters.ts';
import { startRedis } from './redis-server.ts';
import { type SignedIn, signInAs } from './sign-in-as.ts';

export type { Fault, SignedIn };

/** Somebody who can sign in. What is left out, the person does not have. */
export interface StandInAccount {
  /** The handle at Hugging Face, by which `signIn()` and the others name the person. */
  username: string;
  name?: string;
  email?: string;
  isPro?: boolean;
  /** At Hugging Face. `id`: 24 hexadecimal digits, made from the handle unless given; `role`: `read` unless given. */
  huggingFaceOrganizations?: { username: string; id?: string; name?: string; role?: string }[];
  /** At Logto, beside the default role `reader`. */
  roles?: string[];
  /** At Logto. Of the roles in an organization, `admin` and `member` are known. */
  organizations?: { id: string; name?: string; roles?: string[] }[];
}

/** What can be told to {@link startStandIns}. All of it may be left out. */
export interface StandInOptions {
  /**
   * Where the app is, or will be: its BASE_URL. Default: `http://localhost:3000`.
   *
   * @example await startStandIns({ appUrl: 'http://localhost:8080' })
   */
  appUrl?: string;
  /** The app's name on the pages of the stand-ins. Default: `Your app`. */
  appName?: string;
  /**
   * Who can sign in. Default: `ada-l`, who has everything, and `quiet-otter`, who has a handle only.
   *
   * @example await startStandIns({ accounts: [{ username: 'grace', name: 'Grace Hopper', roles: ['editor'] }] })
   */
  accounts?: StandInAccount[];
  /**
   * Which permissions of `apiResource` a role at Logto gives. Default: `reader` may `read:books`,
   * `editor` also `write:books`.
   *
   * @example await startStandIns({ apiResource: 'https://api.example.com', roles: { editor: ['write:pages'] } })
   */
  roles?: Record<string, string[]>;
  /** The indicator of an API resource that Logto knows, and API_RESOURCE of `environment`. Default: none. */
  apiResource?: string;
  /** The `paths` that `doorstep()` is given, where they aren't the default ones. */
  paths?: {
    // Written out: the kit's own type brings in @logto/node's.
    signIn?: string;
    signUp?: string;
    signInLink?: string;
    callback?: string;
    signOut?: string;
    backchannelLogout?: string;
    webhook?: string;
  };
  /** The `afterSignOut` that `doorstep()` is given. Default: `/`. */
  afterSignOut?: string;
  /** Ports at localhost, 1 to 65535; 0, the default, is any free one. */
  ports?: { logto?: number; huggingFace?: number; redis?: number };
}

/** What each of the three can be made to do. */
export interface Outage {
  /** Nothing answers, until `up()`. */
  down(): Promise<void>;
  up(): Promise<void>;
}

export interface FailingCalls<Endpoint extends string> extends Outage {
  /** `http://localhost:PORT` */
  url: string;
  /**
   * The next calls of that endpoint fail, once unless `times` says otherwise.
   *
   * @example standIns.logto.failNext('token', { status: 503 })
   */
  failNext(endpoint: Endpoint, fault: Fault, times?: number): void;
  /** Forgets the failures that were not used up. */
  heal(): void;
}

/** Logto. Each change is told to the app as Logto tells it, by webhook or back-channel logout. */
export interface StandInLogto extends FailingCalls<LogtoEndpoint> {
  /** @throws {Error} when that person has never signed in, or the app does not take it. So do the others. */
  suspend(username: string, isSuspended?: boolean): Promise<void>;
  deleteUser(username: string): Promise<void>;
  /** Ends the person's sessions from Logto's side. */
  signOut(username: string): Promise<void>;
}

export interface StandInHuggingFace extends FailingCalls<HuggingFaceEndpoint> {
  /** The person takes back, in Hugging Face's settings, what the app was permitted. */
  revoke(username: string): void;
}

export interface StandIns {
  /**
   * All variables that `doorstep()` needs: BASE_URL, SESSION_SECRET, REDIS_URL, LOGTO_ENDPOINT,
   * LOGTO_APP_ID, LOGTO_APP_SECRET, LOGTO_WEBHOOK_SIGNING_KEY, HF_ENDPOINT, HF_INFERENCE_ENDPOINT,
   * and API_RESOURCE if there is one.
   */
  environment: Record<string, string>;
  logto: StandInLogto;
  huggingFace: StandInHuggingFace;
  redis: Outage & {
    /** `redis://localhost:PORT`. It knows the commands that Doorstep uses, and no others. */
    url: string;
  };
  /**
   * Signs somebody in to the app, which has to listen, from a page of it that leads to the sign-in.
   *
   * @param path that of the sign-in unless given
   * @throws {Error} when nobody has that handle, or nothing answers.
   * @example
   * const { cookie } = await standIns.signIn('ada-l');
   * await fetch('http://localhost:3000/private', { headers: { cookie } });
   */
  signIn(username: string, path?: string): Promise<SignedIn>;
  /** Ends all three at once. */
  close(): Promise<void>;
}

const CLIENT = { id: 'stand-in-app', secret: 'stand-in-app-secret' };

/**
 * Starts stand-ins for Logto, Hugging Face and Redis in this process, at localhost: for tests and for
 * development without a network. Anybody may sign in there as anybody; they are for nothing else. All
 * they hold is gone when they end.
 *
 * It takes the package `oidc-provider` beside this one.
 *
 * @throws {Error} without it; Node's EADDRINUSE when a port is taken. Nothing listens then.
 * @example
 * const standIns = await startStandIns({ appUrl: 'http://localhost:3000' });
 * const auth = await doorstep({ env: standIns.environment });
 */
export async function startStandIns(options: StandInOptions = {}): Promise<StandIns> {
  const { appName = 'Your app', apiResource, roles = rolePermissions, ports = {} } = options;
  const appUrl = new URL(options.appUrl ?? 'http://localhost:3000').origin;
  const paths = { ...DEFAULT_PATHS, ...options.paths };
  const accounts = options.accounts?.map(toInventedAccount) ?? inventedAccounts;
  const webhookKey = randomBytes(24).toString('base64url');

  const { startPair } = await import('./pair.ts').catch(explainMissingProvider);
  const { logto, huggingFace, close } = await startPair({
    ports,
    appName,
    appUrl,
    accounts,
    roles,
    client: {
      ...CLIENT,
      redirectUris: [appUrl + paths.callback],
      postLogoutRedirectUris: [appUrl + (options.afterSignOut ?? '/')],
      backchannelLogoutUri: appUrl + paths.backchannelLogout,
      backchannelLogoutSessionRequired: true,
    },
    resources: apiResource
      ? [{ indicator: apiResource, scopes: [...new Set(Object.values(roles).flat())] }]
      : [],
    webhook: { url: appUrl + paths.webhook, signingKey: webhookKey, events: WEBHOOK_EVENTS },
  });
  const redis = await startRedis(ports.redis ?? 0).catch(async (error) => {
    await close();
    throw error;
  });
  logto.changeAccountCenter({ enabled: true });

  const subOf = (username: string): string => {
    const user = logto.users
      .all()
      .find(
        ({ identities }) => identities.huggingface?.details.rawData.preferred_username === username,
      );
    if (user) return user.sub;
    throw new Error(`${username} has never signed in at Logto`);
  };
  const assertTaken = (answer: { status: number } | null, path: string): void => {
    if (answer && answer.status >= 200 && answer.status < 300) return;
    const said = answer ? `answers ${answer.status}` : 'does not answer';
    throw new Error(`The app ${said} at ${appUrl}${path}`);
  };
  return {
    environment: {
      BASE_URL: appUrl,
      SESSION_SECRET: randomBytes(48).toString('base64url'),
      REDIS_URL: redis.url,
      LOGTO_ENDPOINT: logto.endpoint,
      LOGTO_APP_ID: CLIENT.id,
      LOGTO_APP_SECRET: CLIENT.secret,
      LOGTO_WEBHOOK_SIGNING_KEY: webhookKey,
      HF_ENDPOINT: huggingFace.url,
      HF_INFERENCE_ENDPOINT: huggingFace.url,
      ...(apiResource && { API_RESOURCE: apiResource }),
    },
    logto: {
      url: logto.endpoint,
      ...failingCalls(logto),
      suspend: async (username, isSuspended) => {
        assertTaken(await logto.suspend(subOf(username), isSuspended), paths.webhook);
      },
      deleteUser: async (username) => {
        assertTaken(await logto.delete(subOf(username)), paths.webhook);
      },
      signOut: async (username) => {
        const answer = await logto.sendBackchannelLogout({ sub: subOf(username) });
        assertTaken(answer, paths.backchannelLogout);
      },
    },
    huggingFace: {
      url: huggingFace.url,
      ...failingCalls(huggingFace),
      revoke: huggingFace.revoke,
    },
    redis,
    signIn: async (username, path = paths.signIn) => {
      const known = accounts.map((account) => account.username);
      if (!known.includes(username)) {
        throw new Error(`Nobody is called ${username}: there are ${known.join(', ')}`);
      }
      const at = { logto: logto.endpoint, huggingFace: huggingFace.url };
      return signInAs(username, new URL(path, appUrl), at);
    },
    close: async () => {
      await Promise.all([close(), redis.down()]);
    },
  };
}

function failingCalls<Endpoint extends string>(
  standIn: Omit<FailingCalls<Endpoint>, 'url'>,
): Omit<FailingCalls<Endpoint>, 'url'> {
  const { down, up, failNext, heal } = standIn;
  return { down, up, failNext, heal };
}

function explainMissingProvider(error: Error): never {
  if (!error.message.includes("'oidc-provider'")) throw error;
  throw new Error(
    'doorstep/stand-ins needs a package that is not installed here: npm install --save-dev oidc-provider@9',
    { cause: error },
  );
}

function toInventedAccount(account: StandInAccount): InventedAccount {
  const { username, name = null, email = null, roles = [], organizations = [] } = account;
  return {
    id: idOf(username),
    username,
    name,
    email,
    website: null,
    hasPicture: false,
    isPro: account.isPro ?? false,
    withholds: [],
    line: { en: `@${username}`, ja: `@${username}` },
    organizations: (account.huggingFaceOrganizations ?? []).map((organization) => ({
      id: idOf(organization.username),
      name: organization.username,
      role: 'read',
      ...organization,
    })),
    atLogto: {
      roles,
      organizations: organizations.map((one) => ({
        name: one.id,
        description: null,
        roles: [],
        ...one,
      })),
    },
  };
}

/** 24 hexadecimal digits, as Hugging Face's ids are; the same for the same handle. */
const idOf = (handle: string): string =>
  createHash('sha256').update(handle).digest('hex').slice(0, 24);
