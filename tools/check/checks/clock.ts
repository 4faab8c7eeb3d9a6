import type { Check } from '../checkup.ts';
import { error, ok, skipped, stop, warning } from '../outcome.ts';
import type { Logto } from './discovery.ts';

const NOTICEABLE = 60;
/** ID tokens are refused when their `iat` is further away than this, in seconds. */
const TOO_MUCH = 300;
const NEXT = 'Switch time synchronisation on (NTP, timedatectl set-ntp true), here and there.';

/** Logto's clock, by the Date header, which has whole seconds. */
export const clock: Check<Logto, never> = {
  name: 'Clock',
  async run({ ahead }) {
    if (ahead === null) return stop(skipped('Logto’s answer has no Date header'));
    const seconds = Math.round(Math.abs(ahead) / 1000);
    const where = `Logto’s clock is ${seconds} s ${ahead > 0 ? 'ahead of' : 'behind'} ours`;
    if (seconds > TOO_MUCH) return stop(error(`${where}: no sign-in can succeed`, NEXT));
    if (seconds > NOTICEABLE) {
      return stop(warning(`${where}; beyond ${TOO_MUCH} s no sign-in succeeds`, NEXT));
    }
    return stop(ok('Logto’s and ours agree'));
  },
};
