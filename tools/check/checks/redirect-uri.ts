import { createLogto } from '../../../src/doorstep/operator.ts';
import type { Check } from '../checkup.ts';
import { ask, boundedFetch, errorCodeOf, statusOf } from '../http.ts';
import { error, type Finding, goOn, ok, stop } from '../outcome.ts';
import type { World } from '../world.ts';
import type { Logto } from './discovery.ts';

/** A sign-in that Logto has begun, and nobody finishes: it is forgotten within the hour. */
export interface BegunSignIn {
  logto: Logto;
  /** Where Logto sends the browser. */
  location: URL;
  /** What the browser would send along, as a Cookie header. */
  cookies: string;
}

/**
 * Logto takes the request for a sign-in just as the app makes it. An unregistered redirect URI is
 * a 400 on Logto's own origin; what else Logto dislikes comes back to the callback as an error.
 */
export const redirectUri: Check<Logto, BegunSignIn> = {
  name: 'Redirect URI',
  async run(logto, world) {
    const uri = `${logto.config.baseUrl}/callback`;
    const answer = await ask(world, await authorizationUrl(logto, world));
    if (errorCodeOf(answer) === 'invalid_redirect_uri') {
      return stop(
        error(
          `Logto does not have ${uri}`,
          'Add it, to the letter, in Logto Console > Applications > your application > Redirect URIs.',
        ),
      );
    }
    const to = answer.headers.get('location');
    if (!to || !URL.canParse(to, answer.url)) return stop(refused(statusOf(answer)));
    const location = new URL(to, answer.url);
    const refusal = location.searchParams.get('error');
    if (refusal) return stop(refused(refusal.slice(0, 64)));
    const cookies = answer.headers.getSetCookie().map((cookie) => cookie.split(';')[0]);
    return goOn({ logto, location, cookies: cookies.join('; ') }, ok(`${uri} is registered`));
  },
};

function refused(how: string): Finding {
  return error(
    `Logto refuses what the app asks for (${how})`,
    how === 'invalid_target'
      ? 'Register the API resource that the app asks for in Logto Console > API resources.'
      : 'Look into Logto Console > Audit logs.',
  );
}

async function authorizationUrl({ config }: Logto, world: World): Promise<string> {
  let url = '';
  const logto = createLogto({
    config: { ...config, logto: { ...config.logto, timeoutMs: world.timeoutMs } },
    fetch: boundedFetch(world),
    now: world.now,
  });
  const client = logto.client(new Map(), (to) => {
    url = to;
  });
  await client.signIn({
    redirectUri: `${config.baseUrl}/callback`,
    clearTokens: false,
    directSignIn: { method: 'social', target: 'huggingface' },
  });
  return url;
}
