import type { RequestListener } from 'node:http';
import express from 'express';
import type Provider from 'oidc-provider';
import type { KoaContextWithOIDC } from 'oidc-provider';
import { compileViews } from '../../src/site/view-engine.ts';
import { serveAssets, viewsDirectory } from '../hugging-face/assets.ts';
import type { Faults } from '../hugging-face/faults.ts';
import { type LocalServer, listenOnLocalhost } from '../hugging-face/local-server.ts';
import { mount, prefixOf, type Shared } from '../hugging-face/mount.ts';
import { type ConnectorSettings, createConnector } from './connector.ts';
import { createCounters, type LogtoEndpoint } from './counters.ts';
import { createSigningKey, type SigningAlgorithm, type SigningKey, sign } from './keys.ts';
import { defaultLifetimes, type Lifetimes } from './lifetimes.ts';
import { deliverLogoutToken, type LogoutTokenParts, mintLogoutToken } from './logout.ts';
import { createOneTimeTokens, type OneTimeTokens, oneTimeTokenRoutes } from './one-time-tokens.ts';
import {
  createCookieKeys,
  createProvider,
  type LogtoClient,
  type Machine,
  unknownClient,
} from './provider.ts';
import type { ApiResource } from './resources.ts';
import { signInRoutes } from './sign-in.ts';
import { accountCenter, type Settings, signInExperience } from './sign-in-experience.ts';
import { createStorage } from './storage.ts';
import { createTokenSecrets, type SecretSettings } from './token-secrets.ts';
import {
  createUserDirectory,
  type Directory,
  type LogtoUser,
  type UserDirectory,
} from './users.ts';
import { type Administration, createAdministration, shown, type Webhook } from './webhook.ts';
import {
  announceIssuer,
  answerUnknownRoute,
  changeIdToken,
  changeUserInfo,
  dressError,
  expiredSecret,
  type MakeIdToken,
  replaceIdToken,
  setCacheHeaders,
} from './wire-format.ts';

export interface LogtoOptions extends Directory {
  /** 0 for any free one */
  port: number;
  /** Under a path of another server, which hands requests to `handle`. */
  shared?: Shared;
  appName: string;
  /** For "Back to …" */
  appUrl: string;
  huggingFace: ConnectorSettings;
  client: LogtoClient;
  machines?: Machine[];
  resources?: ApiResource[];
  lifetimes?: Partial<Lifetimes>;
  webhook?: Webhook;
}

export interface LogtoStandIn extends Omit<Faults<LogtoEndpoint>, 'middleware'>, Administration {
  /** `http://localhost:PORT`, or its public address. */
  endpoint: string;
  /** Where other servers on this machine reach it. */
  localUrl: string;
  /** What listens there. */
  handle: RequestListener;
  issuer: string;
  /** Calls of the token endpoint by `grant_type`, failed ones included. */
  tokenCalls: Readonly<Record<string, number>>;
  users: UserDirectory;
  /** There is one from now on, another one, or none. */
  setWebhook(webhook: Webhook | null): void;
  oneTimeTokens: OneTimeTokens;
  /** The application's access control leaves the user out, or not any more. */
  exclude(sub: string, isExcluded?: boolean): void;
  /** The application's secret has expired, or there is a new one of the same text. */
  expireSecret(isExpired?: boolean): void;
  /** How Logto is set up to keep people's tokens for Hugging Face. */
  setTokenSecrets(settings: Partial<SecretSettings>): void;
  /** What it keeps of that user is gone. */
  forgetToken(sub: string): void;
  /** All that it keeps for Hugging Face has expired. */
  expireTokens(): void;
  /** Its sign-in page is set otherwise; nothing about how the page looks here. */
  changeSignInExperience(settings: Settings): void;
  /** Its account pages are switched on, say; there are none here. */
  changeAccountCenter(settings: Settings): void;
  /** Counts for what is issued from now on. */
  setLifetimes(lifetimes: Partial<Lifetimes>): void;
  /** Discovery claims to be another issuer; null tells the truth again. */
  announceIssuer(issuer: string | null): void;
  /** ID tokens of refreshes claim this instead, signed all the same; null tells the truth again. */
  changeIdTokens(claims: Record<string, unknown> | null): void;
  /** ID tokens of sign-ins and refreshes are made by this, from the claims of the true one; null stops it. */
  replaceIdTokens(make: MakeIdToken | null): void;
  /** Userinfo says this too; null tells the truth again. */
  changeUserInfo(claims: Record<string, unknown> | null): void;
  /** The key that signs; the first of the key set. */
  signingKey(): SigningKey;
  /** Signs with a new key. The old one stays in the key set unless `keepOld` is false. */
  rotateKeys(alg?: SigningAlgorithm, options?: { keepOld?: boolean }): Promise<void>;
  mintLogoutToken(parts: LogoutTokenParts): Promise<string>;
  /** Signs any claims, under any header, with Logto's own key. */
  mint(claims: Record<string, unknown>, header?: Record<string, unknown>): Promise<string>;
  /** @returns the app's answer */
  sendBackchannelLogout(
    claims: { sub: string; sid?: string },
    parts?: LogoutTokenParts,
  ): ReturnType<typeof deliverLogoutToken>;
  down(): Promise<void>;
  up(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Starts the stand-in for Logto.
 *
 * @throws Node's EADDRINUSE when the port is taken.
 */
export async function startLogto(options: LogtoOptions): Promise<LogtoStandIn> {
  const render = compileViews(viewsDirectory);
  let keys = [await createSigningKey('ES384')];
  const app = express().disable('x-powered-by');
  const { shared } = options;
  const handle = shared ? mount(app, shared) : app;
  const server = await listenOnLocalhost(handle, options.port);
  const endpoint = shared?.publicUrl ?? server.url;
  const issuer = `${endpoint}/oidc`;
  const users = createUserDirectory(options);
  let webhook = options.webhook ?? null;
  const administration = createAdministration(users, () => webhook);
  const oneTimeTokens = createOneTimeTokens();
  const lifetimes = { ...defaultLifetimes, ...options.lifetimes };
  const { faults, tokenCalls, countGrant } = createCounters();

  const settings = {
    issuer,
    client: options.client,
    machines: options.machines ?? [],
    resources: options.resources ?? [],
    users,
    storage: createStorage(unknownClient, shared?.maxEntries),
    lifetimes,
    cookieKeys: createCookieKeys(),
    shared,
  };
  let announcedIssuer: string | null = null;
  let changedClaims: Record<string, unknown> | null = null;
  let makeIdToken: MakeIdToken | null = null;
  let changedUserInfo: Record<string, unknown> | null = null;
  let isSecretExpired = false;
  let changedExperience: Settings = {};
  let changedAccountCenter: Settings = {};

  // oidc-provider takes its keys once: other keys, another provider, over the same storage.
  const build = (): { provider: Provider; handle: ReturnType<Provider['callback']> } => {
    const provider = createProvider(settings, keys);
    provider.use(async (ctx: KoaContextWithOIDC, next) => {
      await next();
      // Where no route answered, there is no `ctx.oidc` either.
      if (ctx.status === 404 && !ctx.body) return answerUnknownRoute(ctx);
      if (ctx.oidc.route === 'token') countGrant(ctx.oidc.body);
      if (changedClaims) await changeIdToken(ctx, changedClaims, signingKey());
      if (makeIdToken) await replaceIdToken(ctx, makeIdToken);
      if (changedUserInfo) changeUserInfo(ctx, changedUserInfo);
      announceIssuer(ctx, announcedIssuer);
      dressError(ctx);
      setCacheHeaders(ctx);
    });
    return { provider, handle: provider.callback() };
  };
  let current = build();
  const isOAuth2 = options.huggingFace.scope !== undefined;

  app.use(faults.middleware);
  app.use(serveAssets());
  app.get('/api/status', (_req, res) => void res.status(204).end());
  app.get('/api/.well-known/sign-in-exp', (_req, res) => {
    res.json({ ...signInExperience(endpoint, isOAuth2), ...changedExperience });
  });
  app.get('/api/.well-known/account-center', (_req, res) => {
    res.json({ ...accountCenter(), ...changedAccountCenter });
  });
  app.use('/oidc', (req, res) => {
    const hasSecret = /^basic /i.test(req.headers.authorization ?? '');
    if (isSecretExpired && hasSecret) res.status(400).json(expiredSecret());
    else current.handle(req, res);
  });
  const connector = createConnector(options.huggingFace, `${endpoint}/callback/huggingface`);
  const secrets = createTokenSecrets({
    provider: () => current.provider,
    users,
    connector,
    isStored: isOAuth2,
  });
  app.use(secrets.router);
  const signInContext = {
    appName: options.appName,
    appUrl: options.appUrl,
    provider: () => current.provider,
    users,
    connector,
    secrets,
    // Without the parts that only the Management API adds.
    onProfileSynced: (user: LogtoUser) =>
      void administration.announce('User.Data.Updated', { data: shown(user) }),
    render,
    shared,
  };
  app.use(oneTimeTokenRoutes({ ...signInContext, oneTimeTokens }), signInRoutes(signInContext));

  const signingKey = (): SigningKey => {
    const [key] = keys;
    if (!key) throw new Error('Logto has no signing key');
    return key;
  };
  const mint = (parts: LogoutTokenParts) =>
    mintLogoutToken(signingKey(), issuer, options.client, parts);

  const { middleware: _, ...controls } = faults;
  return {
    ...controls,
    resetCalls: () => {
      controls.resetCalls();
      for (const grant in tokenCalls) delete tokenCalls[grant];
    },
    ...lifecycleOf(server),
    endpoint,
    localUrl: server.url + prefixOf(shared),
    handle,
    issuer,
    tokenCalls,
    users,
    ...administration,
    setWebhook: (changed) => {
      webhook = changed;
    },
    oneTimeTokens,
    exclude: (sub, isExcluded = true) => users.update(sub, { isExcluded }),
    expireSecret: (isExpired = true) => {
      isSecretExpired = isExpired;
    },
    setTokenSecrets: (changes) => Object.assign(secrets.settings, changes),
    forgetToken: secrets.forget,
    expireTokens: secrets.expire,
    changeSignInExperience: (settings) => {
      changedExperience = settings;
    },
    changeAccountCenter: (settings) => {
      changedAccountCenter = settings;
    },
    setLifetimes: (changes) => Object.assign(lifetimes, changes),
    announceIssuer: (changed) => {
      announcedIssuer = changed;
    },
    changeIdTokens: (claims) => {
      changedClaims = claims;
    },
    replaceIdTokens: (make) => {
      makeIdToken = make;
    },
    changeUserInfo: (claims) => {
      changedUserInfo = claims;
    },
    signingKey,
    rotateKeys: async (alg = 'ES384', { keepOld = true } = {}) => {
      const key = await createSigningKey(alg);
      keys = keepOld ? [key, ...keys] : [key];
      current = build();
    },
    mintLogoutToken: mint,
    mint: (claims, header) => sign(signingKey(), claims, header),
    sendBackchannelLogout: async (claims, parts = {}) =>
      deliverLogoutToken(
        options.client,
        await mint({ ...parts, claims: { ...claims, ...parts.claims } }),
      ),
  };
}

function lifecycleOf({ down, up, close }: LocalServer) {
  return { down, up, close };
}
