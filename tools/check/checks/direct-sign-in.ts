import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { isLoopback } from '../../../src/doorstep/operator.ts';
import { HUGGING_FACE } from '../../shared/hugging-face-app.ts';
import type { Check } from '../checkup.ts';
import { type Answer, ask, parseAs, statusOf } from '../http.ts';
import { error, type Finding, goOn, ok, stop, warning } from '../outcome.ts';
import type { World } from '../world.ts';
import type { BegunSignIn } from './redirect-uri.ts';
import type { SignInPage } from './sign-in-page.ts';

const AuthorizationUri = z.object({ authorizationUri: z.url() });

/** What Logto asks Hugging Face for. */
export interface HuggingFaceRequest {
  /** Of Hugging Face, or of a stand-in; null when the way there is wrong. */
  origin: string | null;
  redirectUri: string;
  scopes: string[];
  linksByItself: boolean;
}

/** "Continue with Hugging Face" leads to Hugging Face, with the right client id and callback. */
export const directSignIn: Check<[BegunSignIn, SignInPage], HuggingFaceRequest> = {
  name: 'Direct sign-in',
  async run([begun, page], world) {
    const callback = `${begun.logto.config.logto.endpoint}/callback/${page.connectorId}`;
    const found = await authorizationRequest(begun, page, callback, world);
    if (!(found instanceof URL)) return stop(found);
    const finding = judge(found, callback, begun, world);
    const scopes = found.searchParams.get('scope')?.split(' ') ?? [];
    const { linksByItself } = page;
    const origin = finding.status === 'error' ? null : found.origin;
    return goOn({ origin, redirectUri: callback, scopes, linksByItself }, finding);
  },
};

/**
 * Walks on as the browser would. Logto's page is a script that asks Logto's Experience API for the
 * address (e2e-sign-in.json), with the cookies of this sign-in; the stand-in redirects at once.
 */
async function authorizationRequest(
  { logto, location, cookies }: BegunSignIn,
  { connectorId }: SignInPage,
  callback: string,
  world: World,
): Promise<URL | Finding> {
  const { endpoint } = logto.config.logto;
  const headers = { cookie: cookies, 'content-type': 'application/json' };
  const page = await ask(world, location, { headers });
  const redirect = page.headers.get('location');
  if (redirect && URL.canParse(redirect, page.url)) {
    const to = new URL(redirect, page.url);
    return to.origin === new URL(endpoint).origin ? fallsBack(page) : to;
  }
  const begin = await ask(world, `${endpoint}/api/experience`, {
    method: 'PUT',
    headers,
    body: JSON.stringify({ interactionEvent: 'SignIn' }),
  });
  if (begin.status >= 400) return fallsBack(begin);
  const path = `/api/experience/verification/social/${encodeURIComponent(connectorId)}/authorization-uri`;
  const answer = await ask(world, endpoint + path, {
    method: 'POST',
    headers,
    body: JSON.stringify({ state: randomBytes(8).toString('hex'), redirectUri: callback }),
  });
  const uri = parseAs(AuthorizationUri, answer)?.authorizationUri;
  return uri ? new URL(uri) : fallsBack(answer);
}

function fallsBack(answer: Answer): Finding {
  return error(
    `Logto does not go on to Hugging Face (${statusOf(answer)})`,
    'Look at the connector in Logto Console > Connectors > Social connectors > Hugging Face.',
  );
}

function judge(found: URL, callback: string, { logto }: BegunSignIn, world: World): Finding {
  const clientId = found.searchParams.get('client_id') ?? '';
  const expected = world.environment.HF_CLIENT_ID;
  const redirectUri = found.searchParams.get('redirect_uri');
  const here = new URL(logto.config.logto.endpoint);
  if (found.origin !== HUGGING_FACE && !(isLoopback(found.hostname) && isLoopback(here.hostname))) {
    const next = 'Look at the connector in Logto Console: its target must be Hugging Face itself.';
    return error(`leads to ${found.origin} instead of huggingface.co`, next);
  }
  if (redirectUri !== callback) {
    const next = `Hugging Face must have ${callback}: run npm run logto:setup, or make the connector anew.`;
    return error(`asks Hugging Face to come back to ${redirectUri}`, next);
  }
  if (expected && clientId !== expected) {
    return error(
      `Logto calls itself ${clientId} at Hugging Face, but HF_CLIENT_ID is ${expected}`,
      'Put both credentials of one Hugging Face app into the connector: npm run logto:setup.',
    );
  }
  if (found.origin !== HUGGING_FACE) {
    const next = 'Fine on this machine; with a real Logto it leads to huggingface.co.';
    return warning(`leads to a stand-in at ${found.origin}`, next);
  }
  return ok(`reaches huggingface.co as ${clientId || '(no client id)'}, back to ${callback}`);
}
