import express, { type Request } from 'express';
import { compileViews } from '../../src/site/view-engine.ts';
import { accounts } from '../accounts.ts';
import { serveAssets, viewsDirectory } from './assets.ts';
import { authorizeRoutes } from './authorize.ts';
import type { Authorizations, HuggingFaceClient } from './clients.ts';
import { createFaults, type Faults } from './faults.ts';
import { listenOnLocalhost } from './local-server.ts';
import { portraitOf } from './portraits.ts';
import { tokenRoutes } from './token.ts';

export type { HuggingFaceUserInfo } from './user-info.ts';

type HuggingFaceEndpoint = 'authorize' | 'token' | 'userinfo';

export interface HuggingFaceStandIn extends Omit<Faults<HuggingFaceEndpoint>, 'middleware'> {
  /** `http://localhost:PORT` */
  url: string;
  /** For whoever learns the callback address only after the start; the same id replaces. */
  registerClient(client: HuggingFaceClient): void;
  down(): Promise<void>;
  up(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Starts the stand-in for Hugging Face's sign-in.
 *
 * @param options.port 0 for any free one
 * @throws Node's EADDRINUSE when the port is taken.
 */
export async function startHuggingFace(options: {
  port: number;
  appName: string;
  clients: HuggingFaceClient[];
}): Promise<HuggingFaceStandIn> {
  const clients = [...options.clients];
  const authorizations: Authorizations = { codes: new Map(), tokens: new Map() };
  const faults = createFaults({ authorize: 0, token: 0, userinfo: 0 }, endpointOf);

  const app = express().disable('x-powered-by');
  app.use(faults.middleware);
  app.use(serveAssets());
  app.use(
    authorizeRoutes(
      { appName: options.appName, clients, authorizations },
      compileViews(viewsDirectory),
    ),
  );
  app.use(tokenRoutes(clients, authorizations));
  app.get('/avatars/:username.svg', (req, res, next) => {
    const portrait = portraitOf(req.params.username);
    if (!portrait) return next();
    res.type('svg').set('cache-control', 'public, max-age=3600').send(portrait);
  });
  app.get('/:name', (req, res, next) => {
    if (!isInvented(req.params.name)) return next();
    res.type('text').send(`@${req.params.name} is invented. Hugging Face has the real pages.`);
  });

  const { middleware: _, ...knobs } = faults;
  return {
    ...knobs,
    ...(await listenOnLocalhost(app, options.port)),
    registerClient: (client) => {
      const known = clients.findIndex(({ id }) => id === client.id);
      clients.splice(known < 0 ? clients.length : known, 1, client);
    },
  };
}

function endpointOf({ path }: Request): HuggingFaceEndpoint | undefined {
  if (path === '/oauth/authorize') return 'authorize';
  if (path === '/oauth/token') return 'token';
  return path === '/oauth/userinfo' ? 'userinfo' : undefined;
}

function isInvented(name: string): boolean {
  return accounts.some(
    ({ username, organizations }) =>
      username === name || organizations.some((organization) => organization.username === name),
  );
}
