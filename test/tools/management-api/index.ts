import express, { type Express, type RequestHandler } from 'express';
import { listenOnLocalhost } from '../../../demo/hugging-face/local-server.ts';
import { applicationRoutes } from './applications.ts';
import { connectorRoutes } from './connectors.ts';
import { hookRoutes } from './hooks.ts';
import { oneTimeTokenRoutes } from './one-time-tokens.ts';
import { organizationRoutes } from './organizations.ts';
import { permissionRoutes } from './permissions.ts';
import { Refusal, sendRefusal } from './replies.ts';
import { signInRoutes } from './sign-in.ts';
import { createIds, createState, type State } from './state.ts';
import { createTokens, type Machine } from './tokens.ts';

export interface Call {
  method: string;
  path: string;
}

/** An answer that comes in the place of the real one. */
export interface Fault {
  status: number;
  headers?: Record<string, string>;
  body?: object | string;
}

/** A Logto that knows its Management API and nothing else. */
export interface ManagementApiStandIn {
  endpoint: string;
  /** Where the seeded application gets its tokens. */
  adminEndpoint: string;
  state: State;
  /** Machine-to-machine applications of the tenant. */
  machines: Map<string, Machine>;
  /** Every call since the last reset, the token endpoint's included. */
  calls: Call[];
  /** Those that change something. */
  writes(): Call[];
  resetCalls(): void;
  /** The n-th call from now is carried out, its answer is lost, and nothing answers after it. */
  cutAfter(call: number): void;
  /** Answers again. */
  mend(): void;
  /** The next calls of this kind get these answers, in order. */
  fail(method: string, path: string, faults: Fault[]): void;
  expireTokens(): void;
  close(): Promise<void>;
}

export const MACHINE = { id: 'm2m-app', secret: 'm2m-secret-0000' };
export const SEEDED = { id: 'm-default', secret: 'seeded-secret-0000' };

export async function startManagementApi(): Promise<ManagementApiStandIn> {
  const state = createState();
  const newId = createIds();
  const tokens = createTokens();
  const machines = new Map([[MACHINE.id, { secret: MACHINE.secret, privileged: true }]]);
  const seeded = new Map([[SEEDED.id, { secret: SEEDED.secret, privileged: true }]]);
  const { observe, ...controls } = createControls();

  const tenant = createServerApp(observe);
  tenant.get('/api/status', (_req, res) => void res.status(204).end());
  tenant.get('/oidc/.well-known/openid-configuration', (req, res) => {
    res.json({ issuer: `${state.otherName ?? `http://${req.headers.host}`}/oidc` });
  });
  tenant.use('/oidc', tokens.routes(machines, state));
  tenant.use(
    '/api',
    knownPath,
    tokens.guard,
    express.json(),
    applicationRoutes(state, newId),
    connectorRoutes(state, newId),
    signInRoutes(state),
    hookRoutes(state, newId),
    permissionRoutes(state, newId),
    organizationRoutes(state, newId),
    oneTimeTokenRoutes(state, newId),
  );
  tenant.use(sendRefusal);

  const admin = createServerApp(observe);
  admin.use('/oidc', tokens.routes(seeded, { ...state, applications: [] }));
  admin.use(sendRefusal);

  const [tenantServer, adminServer] = await Promise.all([
    listenOnLocalhost(tenant, 0),
    listenOnLocalhost(admin, 0),
  ]);
  return {
    endpoint: tenantServer.url,
    adminEndpoint: adminServer.url,
    state,
    machines,
    ...controls,
    expireTokens: tokens.expireAll,
    close: async () => {
      await Promise.all([tenantServer.close(), adminServer.close()]);
    },
  };
}

function createServerApp(observe: RequestHandler): Express {
  return express().disable('x-powered-by').use(observe);
}

/** Logto answers unknown paths before it asks who calls. */
const knownPath: RequestHandler = (req, _res, next) => {
  const known =
    /^\/(applications|connectors|hooks|sign-in-exp|account-center|resources|roles|organization-(scopes|roles)|one-time-tokens|users|organizations)(\/|$)/;
  if (!known.test(req.path)) throw new Refusal(404, 'Not Found');
  next();
};

function createControls() {
  const calls: Call[] = [];
  const faults = new Map<string, Fault[]>();
  let callsLeft = Number.POSITIVE_INFINITY;

  const observe: RequestHandler = (req, res, next) => {
    if (callsLeft <= 0) return void req.socket.destroy();
    calls.push({ method: req.method, path: req.path });
    const fault = faults.get(`${req.method} ${req.path}`)?.shift();
    if (fault)
      return void res
        .status(fault.status)
        .set(fault.headers)
        .send(fault.body ?? '');
    callsLeft -= 1;
    if (callsLeft === 0) {
      // The work is done all the same.
      res.end = () => {
        req.socket.destroy();
        return res;
      };
    }
    next();
  };
  return {
    observe,
    calls,
    writes: () => calls.filter(({ method, path }) => method !== 'GET' && !path.endsWith('/token')),
    resetCalls: () => void calls.splice(0),
    cutAfter: (call: number) => {
      callsLeft = call;
    },
    mend: () => {
      callsLeft = Number.POSITIVE_INFINITY;
      faults.clear();
    },
    fail: (method: string, path: string, list: Fault[]) =>
      void faults.set(`${method} ${path}`, list),
  };
}
