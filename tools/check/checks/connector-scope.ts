import type { Check } from '../checkup.ts';
import { error, ok, stop, warning } from '../outcome.ts';
import type { HuggingFaceRequest } from './direct-sign-in.ts';

const NEXT = 'Take email out of the connector’s scope, unless you need it: npm run logto:setup.';

/**
 * Logto ignores Hugging Face's `email_verified`. With the scope `email`, somebody who enters a
 * stranger's address at Hugging Face is offered that stranger's account ("Link with …").
 */
export const connectorScope: Check<HuggingFaceRequest, never> = {
  name: 'Connector scope',
  async run({ scopes, linksByItself }) {
    if (!scopes.includes('email')) return stop(ok(`${scopes.join(' ') || 'none'}, without e-mail`));
    if (linksByItself) {
      return stop(
        error(
          'email, with automatic account linking: an unverified address takes over an account',
          `${NEXT} Or switch the linking off in Logto Console > Sign-in & account.`,
        ),
      );
    }
    return stop(
      warning('email: somebody with an unverified address is offered its owner’s account', NEXT),
    );
  },
};
