import { z } from 'zod';
import type { Check } from '../checkup.ts';
import { ask, parseAs } from '../http.ts';
import { error, ok, skipped, stop } from '../outcome.ts';
import type { Logto } from './discovery.ts';

const AccountCenter = z.object({ enabled: z.boolean() });

/** The link to Logto's account pages leads somewhere. Logto tells everybody whether they are on. */
export const accountCenter: Check<Logto, never> = {
  name: 'Account centre',
  async run({ config: { logto } }, world) {
    if (!logto.accountCenter) return stop(ok('no link to it: LOGTO_ACCOUNT_CENTER is not true'));
    const answer = await ask(world, `${logto.endpoint}/api/.well-known/account-center`);
    const found = parseAs(AccountCenter, answer);
    if (!found) return stop(skipped('this Logto has none, or does not show it'));
    if (found.enabled) return stop(ok('is switched on'));
    return stop(
      error(
        'LOGTO_ACCOUNT_CENTER is true, but Logto’s account pages are switched off',
        'Switch them on in Logto Console > Sign-in & account > Account center, or set it to false.',
      ),
    );
  },
};
