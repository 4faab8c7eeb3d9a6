import type { RequestHandler } from 'express';
import type { PageDeps } from './feature.ts';

/** GET /sign-out: tutorials link to it. It shows the button and changes nothing. */
export const signOutPage =
  ({ send }: PageDeps): RequestHandler =>
  (req, res) => {
    const model = { signedIn: req.auth.isAuthenticated };
    send(req, res, 'sign-out', model, {
      title: ({ signOut }) => signOut.title,
      signOutInHeader: false,
    });
  };
