import { SIGNING_ALGORITHMS } from '../../../src/doorstep/operator.ts';
import type { Check } from '../checkup.ts';
import { error, ok, skipped, stop, warning } from '../outcome.ts';
import type { Logto } from './discovery.ts';

const NEXT =
  'Update this app; or rotate the signing key in Logto Console > Signing keys to one of the type EC.';

/** What Logto signs with is what the app accepts (S22). Its discovery document names the keys that are there. */
export const signingAlgorithms: Check<Logto, never> = {
  name: 'Signing algorithms',
  async run({ document }) {
    const offered = document.id_token_signing_alg_values_supported;
    if (!offered?.length) return stop(skipped('Logto does not name them'));
    const strange = offered.filter((name) => !SIGNING_ALGORITHMS.includes(name));
    if (strange.length === 0) return stop(ok(`${offered.join(', ')}: the app accepts them`));
    const accepts = `the app accepts ${SIGNING_ALGORITHMS.join(', ')}`;
    if (strange.length === offered.length) {
      const message = `Logto signs with ${strange.join(', ')}, and ${accepts}: no sign-in can succeed`;
      return stop(error(message, NEXT));
    }
    return stop(warning(`Logto may also sign with ${strange.join(', ')}, but ${accepts}`, NEXT));
  },
};
