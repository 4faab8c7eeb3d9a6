import type { Config } from '../../../src/site/config.ts';
import type { Check } from '../checkup.ts';
import { statusOf, visit } from '../http.ts';
import { error, type Finding, ok, skipped, stop } from '../outcome.ts';
import { wantsTokens } from '../world.ts';
import type { Logto } from './discovery.ts';

/** The running app begins sign-ins as this environment says, and its cookie gets through (S23). */
export const runningSignIn: Check<[Logto, Config], never> = {
  name: 'Sign-in of the app',
  async run([, config], world) {
    const answer = await visit(world, `${config.baseUrl}/sign-in`);
    if (answer.status === 429) return stop(skipped('too many sign-ins just now'));
    const to = answer.headers.get('location');
    if (!to || !URL.canParse(to)) {
      const next = 'Run this where the app runs, or look into its log.';
      return stop(error(`the app can’t begin one (${statusOf(answer)})`, next));
    }
    const cookie = answer.headers.getSetCookie().find((one) => one.includes('doorstep-sign-in'));
    return stop(
      otherEnvironment(new URL(to), config) ??
        (wantsTokens(world) ? missingScope(new URL(to)) : null) ??
        cookieTrouble(cookie, config) ??
        fine(config),
    );
  },
};

const fine = ({ secure }: Config): Finding =>
  ok(`goes to this Logto, with a ${secure ? '__Host- cookie' : 'cookie'} that gets through`);

function otherEnvironment(to: URL, config: Config): Finding | null {
  const differing = [
    to.origin !== config.logto.endpoint && 'LOGTO_ENDPOINT',
    to.searchParams.get('client_id') !== config.logto.appId && 'LOGTO_APP_ID',
    to.searchParams.get('redirect_uri') !== `${config.baseUrl}/callback` && 'BASE_URL',
  ].filter((name) => name !== false);
  if (differing.length === 0) return null;
  return error(
    `the running app has another ${differing.join(' and ')} than this environment`,
    'Restart the app, or run this with the environment that the app has.',
  );
}

/** Without it, Logto hands out no token for Hugging Face (403). */
function missingScope(to: URL): Finding | null {
  if (to.searchParams.get('scope')?.split(' ').includes('identities')) return null;
  const next = 'Restart the app; when it has scopes of its own, add identities to them.';
  return error('it does not ask for the scope identities, so nobody gets a token', next);
}

function cookieTrouble(cookie: string | undefined, { secure }: Config): Finding | null {
  const next = 'Let the proxy pass Set-Cookie on unchanged.';
  if (!cookie) return error('its cookie does not get through', next);
  if (!secure) return null;
  // Browsers drop a __Host- cookie that isn't Secure, has a Domain, or another path than /.
  const intact =
    cookie.startsWith('__Host-') &&
    /; *secure/i.test(cookie) &&
    /; *path=\/(;|$)/i.test(cookie) &&
    !/; *domain=/i.test(cookie);
  return intact ? null : error('its cookie gets changed on the way, so browsers drop it', next);
}
