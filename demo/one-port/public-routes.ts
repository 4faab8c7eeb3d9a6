import { createHash } from 'node:crypto';
import type { RequestListener } from 'node:http';
import express, { type Request, type RequestHandler, type Response } from 'express';
import { rateLimit } from 'express-rate-limit';
import helmet from 'helmet';
import { rejectAbsoluteForm, requireSecure, sameOriginOnly } from '../../src/doorstep/index.ts';
import { clientAddress } from '../../src/doorstep/operator.ts';
import type { Config } from '../../src/site/config.ts';
import { TWO_YEARS } from '../../src/site/security-headers.ts';
import { answerError } from '../hugging-face/mount.ts';
import { SUBMIT } from '../logto/pages.ts';

/** In requests a minute. */
export interface Limits {
  perAddress: number;
  inSum: number;
}

/** Of one address, a busy office; of all of them, what keeps a small machine awake. */
const LIMITS: Limits = { perAddress: 300, inSum: 3000 };

/**
 * What a browser asks of each stand-in, and nothing more: tokens, userinfo, keys and everything else
 * between servers goes by loopback, past this.
 */
const BROWSER_PATHS = {
  logto:
    /^\/(oidc\/auth(\/[\w-]{1,64})?|oidc\/session\/end(\/(confirm|success))?|sign-in|register|direct\/social\/huggingface|callback\/huggingface|consent|account-suspended|unknown-session|assets\/[\w.-]{1,64})$/,
  'hugging-face':
    /^\/(oauth\/authorize|avatars\/[\w-]{1,64}\.svg|assets\/[\w.-]{1,64}|[\w-]{1,64})$/,
};
export type StandInName = keyof typeof BROWSER_PATHS;

const NAMES: StandInName[] = ['logto', 'hugging-face'];

/** What the public reaches of the stand-ins under `prefix`; `forward` gets what may pass. */
export function publicRoutes(
  { config, prefix, limits = LIMITS }: { config: Config; prefix: string; limits?: Limits },
  forward: (name: StandInName, req: Request, res: Response) => void,
): RequestListener {
  const app = express().disable('x-powered-by');
  app.set('trust proxy', config.trustProxy);
  app.use(headers(config), noStore, rejectAbsoluteForm, requireSecure(config));
  // In this order: one address alone can't use up what is there for all.
  app.use(
    limited(limits.perAddress, clientAddress),
    limited(limits.inSum, () => 'all'),
  );
  app.use(sameOriginOnly(config.baseUrl));
  app.use((req, res, next) => {
    const name = NAMES.find((one) => mayPass(req, one, `${prefix}/${one}`));
    if (name && METHODS.includes(req.method)) forward(name, req, res);
    else next();
  });
  app.use((_req, res) => void res.status(404).type('text').send('Nothing is here.'));
  app.use(answerError);
  return app;
}

const noStore: RequestHandler = ({ path }, res, next) => {
  if (!/\/(assets|avatars)\//.test(path)) res.set('Cache-Control', 'no-store');
  next();
};

const mayPass = ({ path }: Request, name: StandInName, root: string): boolean =>
  path.startsWith(root) && BROWSER_PATHS[name].test(path.slice(root.length));

const METHODS = ['GET', 'HEAD', 'POST'];

const limited = (limit: number, keyGenerator: (req: Request) => string): RequestHandler =>
  rateLimit({
    windowMs: 60_000,
    limit,
    keyGenerator,
    validate: false,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    message: 'Too many requests: wait a minute.',
  });

/** The site's pages and these are one origin: a script of theirs would be one of the site's. */
function headers(config: Config): RequestHandler {
  const script = createHash('sha256').update(SUBMIT).digest('base64');
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        styleSrc: ["'self'"],
        fontSrc: ["'self'"],
        imgSrc: ["'self'", 'data:'],
        scriptSrc: [`'sha256-${script}'`],
        formAction: ["'self'"],
        baseUri: ["'none'"],
        frameAncestors: ["'none'"],
      },
    },
    referrerPolicy: { policy: 'same-origin' },
    strictTransportSecurity: config.secure && { maxAge: TWO_YEARS, includeSubDomains: false },
    xFrameOptions: { action: 'deny' },
  });
}
