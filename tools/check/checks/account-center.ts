import { z } from 'zod';
import type { Check } from '../checkup.ts';
import { error, ok, skipped, stop } from '../outcome.ts';
import type { Logto } from './discovery.ts';
import type { Management } from './management.ts';

const AccountCenter = z.object({ enabled: z.boolean() });

/** The link to Logto's account pages leads somewhere. */
export const accountCenter: Check<[Logto, Management], never> = {
  name: 'Account centre',
  async run([{ config }, management]) {
    if (!config.logto.accountCenter)
      return stop(ok('no link to it: LOGTO_ACCOUNT_CENTER is not true'));
    const found = await management.read('/api/account-center', AccountCenter);
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
