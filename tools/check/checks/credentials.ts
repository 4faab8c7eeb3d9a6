import { basic } from '../basic.ts';
import type { Check } from '../checkup.ts';
import { type Answer, ask, errorCodeOf, statusOf } from '../http.ts';
import { error, type Finding, goOn, ok, stop } from '../outcome.ts';
import type { World } from '../world.ts';
import type { Logto } from './discovery.ts';

const NEW_SECRET =
  'Make or copy a valid one in Logto Console > Applications > your application > App secrets, and restart the app.';
const RIGHT_KIND = 'Use one of the type Traditional web; npm run logto:setup makes it.';

const REFRESH = { grant_type: 'refresh_token', refresh_token: 'doorstep-check' };

/**
 * Logto knows the application and its secret. A made-up refresh token is presented: with the right
 * credentials Logto answers `invalid_grant`, and nothing has changed. An unknown application is
 * 400 `invalid_client`, a wrong secret 401, an expired one 400 `invalid_request`.
 */
export const credentials: Check<Logto, Logto> = {
  name: 'Application',
  async run(logto, world) {
    const { appId, appSecret, endpoint } = logto.config.logto;
    const answer = await ask(world, logto.document.token_endpoint, {
      method: 'POST',
      headers: { authorization: basic(appId, appSecret) },
      body: new URLSearchParams(REFRESH),
    });
    const code = errorCodeOf(answer);
    if (code === 'invalid_grant') return goOn(logto, ok(`${appId}, and its secret is right`));
    if (saysExpired(answer)) return stop(error('LOGTO_APP_SECRET has expired', NEW_SECRET));
    if (answer.status === 401) {
      if (await isPublic(logto, world)) return stop(publicClient(appId));
      return goOn(logto, error('LOGTO_APP_SECRET is wrong', NEW_SECRET));
    }
    if (code === 'invalid_client') {
      return stop(
        error(
          `${endpoint} knows no application ${appId}`,
          'Copy LOGTO_APP_ID from Logto Console > Applications; or LOGTO_ENDPOINT is another Logto’s.',
        ),
      );
    }
    if (answer.status === 400) {
      return stop(
        error(`${appId} is not an application that people sign in to (${code})`, RIGHT_KIND),
      );
    }
    return stop(
      error(
        `the token endpoint answers ${statusOf(answer)}`,
        'Look into the log of Logto and its proxy.',
      ),
    );
  },
};

/** Logto has a code for it at no OIDC path, so its text has to do. */
export const saysExpired = ({ status, body }: Answer): boolean =>
  status >= 400 && status < 500 && /secret has expired/i.test(body);

/**
 * Only a client without a secret (single-page, native) may come without one (RFC 6749 section 2.1);
 * with one, Logto turns it away like a wrong secret.
 */
async function isPublic({ config, document }: Logto, world: World): Promise<boolean> {
  const body = new URLSearchParams({ ...REFRESH, client_id: config.logto.appId });
  return (
    errorCodeOf(await ask(world, document.token_endpoint, { method: 'POST', body })) ===
    'invalid_grant'
  );
}

const publicClient = (appId: string): Finding =>
  error(`${appId} is a single-page or native application, which has no secret`, RIGHT_KIND);
