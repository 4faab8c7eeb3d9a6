import type { RequestListener } from 'node:http';
import express, { type Request } from 'express';
import { compileViews } from '../../src/site/view-engine.ts';
import { type InventedAccount, accounts as inventedAccounts } from '../accounts.ts';
import { BoundedMap } from '../bounded-map.ts';
import { apiRoutes, type ChangedUserInfo } from './api.ts';
import { serveAssets, viewsDirectory } from './assets.ts';
import { authorizeRoutes } from './authorize.ts';
import type { Authorizations, HuggingFaceClient } from './clients.ts';
import { createFaults, type Faults } from './faults.ts';
import { listenOnLocalhost } from './local-server.ts';
import { mount, prefixOf, type Shared } from './mount.ts';
import { portraitOf } from './portraits.ts';
import { type TokenSettings, tokenRoutes } from './token.ts';
import type { HuggingFaceUserInfo } from './user-info.ts';

export type { HuggingFaceUserInfo } from './user-info.ts';

export type HuggingFaceEndpoint = 'authorize' | 'token' | 'userinfo' | 'whoami' | 'chat';

export interface HuggingFaceStandIn extends Omit<Faults<HuggingFaceEndpoint>, 'middleware'> {
  /** `http://localhost:PORT`, or its public address. */
  url: string;
  /** Where other servers on this machine reach it. */
  localUrl: string;
  /** What listens there. */
  handle: RequestListener;
  /** For whoever learns the callback address only after the start; the same id replaces. */
  registerClient(client: HuggingFaceClient): void;
  /** Calls with a refresh token that were looked at. */
  refreshes(): number;
  /** Whether there are refresh tokens, and how long tokens live, from now on. */
  setTokens(settings: Partial<TokenSettings>): void;
  /** Userinfo says this instead of somebody; null tells the truth again. */
  changeUserInfo(username: string, info: Partial<HuggingFaceUserInfo> | null): void;
  /** The person takes back, in Hugging Face's settings, what they had permitted. */
  revoke(username: string): void;
  down(): Promise<void>;
  up(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Starts the stand-in for Hugging Face's sign-in.
 *
 * @param options.port 0 for any free one
 * @param options.accounts who may sign in; those of accounts.ts unless given
 * @param options.shared under a path of another server, which hands requests to `handle`
 * @throws Node's EADDRINUSE when the port is taken.
 */
export async function startHuggingFace(options: {
  port: number;
  appName: string;
  clients: HuggingFaceClient[];
  accounts?: InventedAccount[];
  shared?: Shared;
}): Promise<HuggingFaceStandIn> {
  const { appName, accounts = inventedAccounts, shared } = options;
  const clients = [...options.clients];
  const authorizations: Authorizations = {
    codes: new BoundedMap(shared?.maxEntries),
    tokens: new BoundedMap(shared?.maxEntries),
    refreshTokens: new BoundedMap(shared?.maxEntries),
  };
  const settings: TokenSettings = { refreshTokens: 'rotating', lifetime: 8 * 60 * 60 };
  const changed: ChangedUserInfo = new Map();
  let refreshes = 0;
  const calls = { authorize: 0, token: 0, userinfo: 0, whoami: 0, chat: 0 };
  const faults = createFaults(calls, endpointOf);

  const app = express().disable('x-powered-by');
  app.use(faults.middleware);
  app.use(serveAssets());
  app.use(
    authorizeRoutes(
      { appName, accounts, clients, authorizations, shared },
      compileViews(viewsDirectory),
    ),
  );
  const onRefresh = () => {
    refreshes += 1;
  };
  app.use(tokenRoutes(clients, authorizations, settings, onRefresh));
  app.use(apiRoutes(accounts, authorizations, changed, shared));
  app.get('/avatars/:username.svg', (req, res, next) => {
    const portrait = portraitOf(req.params.username);
    if (!portrait) return next();
    res.type('svg').set('cache-control', 'public, max-age=3600').send(portrait);
  });
  app.get('/:name', (req, res, next) => {
    if (!isInvented(accounts, req.params.name)) return next();
    res.type('text').send(`@${req.params.name} is invented. Hugging Face has the real pages.`);
  });

  const handle = shared ? mount(app, shared) : app;
  const server = await listenOnLocalhost(handle, options.port);
  const { middleware: _, ...controls } = faults;
  return {
    ...controls,
    ...server,
    url: shared?.publicUrl ?? server.url,
    localUrl: server.url + prefixOf(shared),
    handle,
    refreshes: () => refreshes,
    setTokens: (changes) => Object.assign(settings, changes),
    changeUserInfo: (username, info) => {
      if (info) changed.set(username, info);
      else changed.delete(username);
    },
    revoke: (username) => {
      for (const tokens of [authorizations.tokens, authorizations.refreshTokens])
        for (const [token, grant] of tokens) if (grant.username === username) tokens.delete(token);
    },
    registerClient: (client) => {
      const known = clients.findIndex(({ id }) => id === client.id);
      clients.splice(known < 0 ? clients.length : known, 1, client);
    },
  };
}

const ENDPOINTS: Record<string, HuggingFaceEndpoint> = {
  '/oauth/authorize': 'authorize',
  '/oauth/token': 'token',
  '/oauth/userinfo': 'userinfo',
  '/api/whoami-v2': 'whoami',
  '/v1/chat/completions': 'chat',
};

const endpointOf = ({ path }: Request): HuggingFaceEndpoint | undefined => ENDPOINTS[path];

function isInvented(accounts: InventedAccount[], name: string): boolean {
  return accounts.some(
    ({ username, organizations }) =>
      username === name || organizations.some((organization) => organization.username === name),
  );
}
