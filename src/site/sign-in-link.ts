import type { RenderSignInLink } from '../doorstep/index.ts';
import type { SendPage } from './feature.ts';
import { short } from './format.ts';

/** The page of a sign-in link: whom it signs in, who is signed in now, and the button. */
export const signInLinkPage =
  (send: SendPage): RenderSignInLink =>
  ({ email, action, nonce }, req, res) => {
    const { auth } = req;
    const currentName = auth.isAuthenticated
      ? short(auth.name ?? auth.username ?? '') || short(auth.sub)
      : null;
    // It names an e-mail address, which proxies such as Cloudflare's would rewrite.
    res.set('Cache-Control', 'no-store, no-transform');
    const model = { email, action, nonce, currentName };
    send(req, res, 'sign-in-link', model, {
      title: ({ signInLink }) => signInLink.title,
    });
  };
