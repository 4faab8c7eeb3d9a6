import express, { type ErrorRequestHandler, type Express, type Request } from 'express';
import { z } from 'zod';

/** How a stand-in is reached under a path of another server, where anybody may be on the other side. */
export interface Shared {
  /** Without a slash at the end; its path begins every address of the stand-in. */
  publicUrl: string;
  /** How many of each kind of thing (codes, tokens, pages that are open …) are kept; the oldest go. */
  maxEntries: number;
}

/** The path of a public address: '' at the root. */
export const prefixOf = (shared: Shared | undefined): string =>
  shared ? new URL(shared.publicUrl).pathname.replace(/\/$/, '') : '';

/** Where whoever asks finds the stand-in, without a slash at the end. */
export const originOf = (req: Request, shared: Shared | undefined): string =>
  shared?.publicUrl ?? `http://${req.headers.host}`;

/** `app` under its public path. It calls itself by the public address, whatever Host says. */
export function mount(app: Express, { publicUrl }: Shared): Express {
  const { host, protocol, pathname } = new URL(publicUrl);
  const root = express().disable('x-powered-by');
  root.use((req, _res, next) => {
    req.headers.host = host;
    req.headers['x-forwarded-proto'] = protocol.slice(0, -1);
    delete req.headers['x-forwarded-host'];
    next();
  });
  root.use(pathname, app);
  root.use((_req, res) => void res.status(404).type('text').send('The stand-in has nothing here.'));
  root.use(answerError);
  return root;
}

const HttpError = z.object({ status: z.number().int().min(400).max(499) });

/** Express's own would show stack and paths. */
export const answerError: ErrorRequestHandler = (error, _req, res, next) => {
  if (res.headersSent) return next(error);
  const { status } = HttpError.safeParse(error).data ?? { status: 500 };
  res.status(status).type('text').send('The stand-in does not take that.');
};
