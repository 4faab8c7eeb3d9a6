import type { RequestListener } from 'node:http';
import express, { type Express } from 'express';
import { listenOnLocalhost } from '../../demo/hugging-face/local-server.ts';
import type { PairOptions } from '../../demo/pair.ts';
import { EmbeddedRedis } from '../../demo/redis.ts';
import { parseKitConfig } from '../../src/doorstep/config/config.ts';
import { createDoorstep, type DoorstepParts } from '../../src/doorstep/doorstep.ts';
import { createLogger } from '../../src/doorstep/logger.ts';
import type { Doorstep } from '../../src/doorstep/options.ts';
import { authorizeAt } from '../demo/authorize-at.ts';
import { type Browser, createBrowser } from '../demo/browser.ts';
import { ADA } from './doorstep.ts';
import { RedisFaults } from './redis-faults.ts';
import { type StandIns, startStandIns } from './stand-ins.ts';

/** Somebody's own Express app, into which the kit was taken. */
export interface Host extends StandIns {
  url: string;
  auth: Doorstep;
  redis: EmbeddedRedis;
  /** Every command that the kit asks of Redis. */
  asked: RedisFaults['asked'];
  logs: Record<string, unknown>[];
  /** Walks a sign-in up to the callback, which is returned and not requested. */
  upToCallback(browser: Browser, path?: string): Promise<string>;
  /** Ada Lovelace, by Hugging Face. */
  signedInBrowser(): Promise<Browser>;
}

interface HostOptions extends Partial<DoorstepParts> {
  environment?: Record<string, string>;
  logto?: (url: string) => Partial<PairOptions>;
}

/** @param build Puts the app together; what it leaves out is not there. */
export async function startHost(
  build: (app: Express, auth: Doorstep) => void,
  { environment = {}, logto: logtoOptions, ...options }: HostOptions = {},
): Promise<Host> {
  let handle: RequestListener = (_req, res) => void res.writeHead(503).end();
  const server = await listenOnLocalhost((req, res) => handle(req, res), 0);
  const { url } = server;
  const standIns = await startStandIns(url, logtoOptions?.(url));
  const { logto } = standIns;
  const now = () => Date.now();
  const redis = new EmbeddedRedis({ now });
  const faults = new RedisFaults();
  const logs: Record<string, unknown>[] = [];
  const auth = createDoorstep({
    // Ports are drawn by lot here; the names of cookies need not be.
    config: {
      ...parseKitConfig({ ...standIns.environment, ...environment }, { redisIsGiven: true }),
      cookieSuffix: '',
    },
    redis: faults.wrap(redis),
    logger: createLogger('debug', { write: (line) => void logs.push(JSON.parse(line)) }),
    now,
    limits: { signIn: 1e9, callback: 1e9, backchannelFailures: 1e9 },
    ...options,
  });
  const app = express();
  build(app, auth);
  handle = app;

  const upToCallback: Host['upToCallback'] = async (browser, path = '/sign-in') => {
    const start = await browser.get(url + path, { until: logto.endpoint });
    if (!start.stoppedAt) throw new Error(`${path} did not lead to Logto: ${start.body}`);
    return authorizeAt(browser, start.stoppedAt, ADA);
  };
  return {
    ...standIns,
    url,
    auth,
    redis,
    asked: faults.asked,
    logs,
    upToCallback,
    async signedInBrowser() {
      const browser = createBrowser();
      await browser.get(await upToCallback(browser));
      return browser;
    },
    async close() {
      await server.close();
      await standIns.close();
    },
  };
}
