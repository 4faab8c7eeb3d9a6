import { basic } from '../basic.ts';
import type { Check } from '../checkup.ts';
import { ask, errorCodeOf, statusOf } from '../http.ts';
import { error, goOn, ok, stop } from '../outcome.ts';
import type { Logto } from './discovery.ts';

/**
 * Logto knows the application and its secret. A made-up refresh token is presented: with the right
 * credentials Logto answers `invalid_grant`, and nothing has changed. An unknown application is
 * 400 `invalid_client`, a wrong secret 401.
 */
export const credentials: Check<Logto, Logto> = {
  name: 'Application',
  async run(logto, world) {
    const { appId, appSecret, endpoint } = logto.config.logto;
    const answer = await ask(world, logto.document.token_endpoint, {
      method: 'POST',
      headers: { authorization: basic(appId, appSecret) },
      body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token: 'doorstep-check' }),
    });
    const code = errorCodeOf(answer);
    if (code === 'invalid_grant') return goOn(logto, ok(`${appId}, and its secret is right`));
    if (answer.status === 401) {
      const fault = /secret has expired/.test(answer.body) ? 'has expired' : 'is wrong';
      return goOn(
        logto,
        error(
          `LOGTO_APP_SECRET ${fault}`,
          'Copy a valid one from Logto Console > Applications > your application > App secrets.',
        ),
      );
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
        error(
          `${appId} is not an application that people sign in to (${code})`,
          'Use one of the type Traditional web; npm run logto:setup makes it.',
        ),
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
