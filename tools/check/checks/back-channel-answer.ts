import type { Config } from '../../../src/site/config.ts';
import type { Check } from '../checkup.ts';
import { ask, statusOf } from '../http.ts';
import { ok, skipped, stop, warning } from '../outcome.ts';
import type { Logto } from './discovery.ts';

/** A made-up logout token must be refused with 400 (Back-Channel Logout 1.0 section 2.8); it changes nothing. */
export const backChannelAnswer: Check<[Logto, Config], never> = {
  name: 'Back-channel of the app',
  async run([, { baseUrl }], world) {
    const answer = await ask(world, `${baseUrl}/backchannel-logout`, {
      method: 'POST',
      body: new URLSearchParams({ logout_token: 'doorstep-check' }),
    });
    if (answer.status === 400) return stop(ok('answers, and refuses a made-up logout token'));
    if (answer.status === 429) return stop(skipped('too many failures just now'));
    return stop(
      warning(
        `POST /backchannel-logout answers ${statusOf(answer)} instead of 400`,
        'Let the proxy pass POST requests to it on, with their body and without asking for a sign-in.',
      ),
    );
  },
};
