import type { Express } from 'express';
import { requireSignIn } from '../../../src/doorstep/access/guards.ts';
import type { Doorstep } from '../../../src/doorstep/options.ts';

/** An app that tells what only its server should know: the person's token, and who they are there. */
export function huggingFacePages(app: Express, auth: Doorstep): void {
  app.use(auth.middleware);
  app.get('/', (req, res) => {
    const flash = auth.flash.take(req, res) ?? '';
    res.type('text').send(`${req.auth.isAuthenticated ? 'in' : 'out'} ${flash}`.trim());
  });
  app.get('/token', requireSignIn, async (req, res) => {
    const atLeastSeconds = Number(req.query.seconds ?? 60);
    res.type('text').send(await req.auth.huggingFace.getAccessToken({ atLeastSeconds }));
  });
  app.get('/profile', requireSignIn, async (req, res) => {
    res.json(await req.auth.huggingFace.profile());
  });
  app.use(auth.errorHandler);
}

/** The reason that the kit's own error page names. */
export const reasonIn = ({ body }: { body: string }): string =>
  /Request ID \S+, (\w+)/.exec(body)?.[1] ?? '';
