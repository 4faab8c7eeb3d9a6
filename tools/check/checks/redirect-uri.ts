import { createLogto } from '../../../src/doorstep/operator.ts';
import { api } from '../../setup/bookstore.ts';
import type { Check } from '../checkup.ts';
import { ask, boundedFetch, errorCodeOf, statusOf } from '../http.ts';
import { error, type Finding, goOn, ok, stop } from '../outcome.ts';
import type { World } from '../world.ts';
import type { ApplicationSettings } from './application-settings.ts';
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
export const redirectUri: Check<[Logto, ApplicationSettings | null], BegunSignIn> = {
  name: 'Redirect URI',
  async run([logto], world) {
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
    if (!to || !URL.canParse(to, answer.url)) return stop(denied(statusOf(answer), logto));
    const location = new URL(to, answer.url);
    const code = location.searchParams.get('error');
    if (code) return stop(denied(code.slice(0, 64), logto));
    const cookies = answer.headers.getSetCookie().map((cookie) => cookie.split(';')[0]);
    return goOn({ logto, location, cookies: cookies.join('; ') }, ok(`${uri} is registered`));
  },
};

/** The error codes of RFC 6749 section 4.1.2.1 and RFC 8707 section 2. */
function denied(code: string, { config }: Logto): Finding {
  if (code === 'invalid_target') {
    return error(
      `Logto has no API resource ${config.logto.apiResource} (${code})`,
      'Correct API_RESOURCE, or create it in Logto Console > API resources; npm run logto:setup does.',
    );
  }
  if (code === 'invalid_scope') {
    return error(
      `Logto does not let this application ask for a scope that the app needs (${code})`,
      'A third-party application lacks scopes: make one of your own, Traditional web; npm run logto:setup does.',
    );
  }
  return error(
    `Logto denies what the app asks for (${code})`,
    'Look into Logto Console > Audit logs.',
  );
}

async function authorizationUrl({ config }: Logto, world: World): Promise<string> {
  let url = '';
  const logto = createLogto({
    config: { ...config, logto: { ...config.logto, timeoutMs: world.timeoutMs } },
    fetch: boundedFetch(world),
    now: world.now,
    apiScopes: config.logto.apiResource ? api.scopes.map(({ name }) => name) : [],
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
