import { z } from 'zod';
import type { Check } from '../checkup.ts';
import { ask, parseAs } from '../http.ts';
import { error, ok, skipped, stop } from '../outcome.ts';
import { wantsTokens } from '../world.ts';
import type { Logto } from './discovery.ts';

const AccountCenter = z.object({ enabled: z.boolean() });

/**
 * The link to Logto's account pages leads somewhere, and their API, which hands out Hugging Face's
 * tokens, answers. Logto tells everybody whether they are on.
 */
export const accountCenter: Check<Logto, never> = {
  name: 'Account centre',
  async run({ config: { logto } }, world) {
    const tokens = wantsTokens(world);
    if (!logto.accountCenter && !tokens) {
      return stop(ok('no link to it: LOGTO_ACCOUNT_CENTER is not true'));
    }
    const answer = await ask(world, `${logto.endpoint}/api/.well-known/account-center`);
    const found = parseAs(AccountCenter, answer);
    if (!found) return stop(skipped('this Logto has none, or does not show it'));
    if (found.enabled) return stop(ok('is switched on'));
    if (tokens) {
      return stop(
        error(
          'Logto’s account pages are switched off, and with them what hands out tokens for Hugging Face',
          'Switch them on in Logto Console > Sign-in & account > Account center; npm run logto:setup does.',
        ),
      );
    }
    return stop(
      error(
        'LOGTO_ACCOUNT_CENTER is true, but Logto’s account pages are switched off',
        'Switch them on in Logto Console > Sign-in & account > Account center, or set it to false.',
      ),
    );
  },
};
