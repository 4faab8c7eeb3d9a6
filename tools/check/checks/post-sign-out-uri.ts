import type { Check } from '../checkup.ts';
import { ask, statusOf } from '../http.ts';
import { error, ok, stop } from '../outcome.ts';
import type { Logto } from './discovery.ts';

/**
 * After signing out, Logto sends people back here. Its end-session answers 400 for an unregistered
 * address, and without anybody's cookies it ends nothing.
 */
export const postSignOutUri: Check<Logto, never> = {
  name: 'Post sign-out URI',
  async run({ config, document }, world) {
    const home = `${config.baseUrl}/`;
    const url = new URL(document.end_session_endpoint);
    url.searchParams.set('client_id', config.logto.appId);
    url.searchParams.set('post_logout_redirect_uri', home);
    const answer = await ask(world, url);
    if (answer.status < 400) return stop(ok(`${home} is registered`));
    if (answer.status < 500) {
      return stop(
        error(
          `Logto does not have ${home}: signing out ends on an error of Logto’s`,
          'Add it, with the slash, in Logto Console > Applications > your application > Post sign-out redirect URIs.',
        ),
      );
    }
    return stop(
      error(`signing out at Logto answers ${statusOf(answer)}`, 'Look into the log of Logto.'),
    );
  },
};
