import { tryCredentials } from '../../shared/hugging-face-app.ts';
import type { Check } from '../checkup.ts';
import { boundedFetch } from '../http.ts';
import { error, ok, skipped, stop, warning } from '../outcome.ts';
import type { HuggingFaceRequest } from './direct-sign-in.ts';

/** Hugging Face takes client id and secret: with wrong ones people end on Logto's page, without a word. */
export const huggingFaceApp: Check<HuggingFaceRequest, never> = {
  name: 'Hugging Face app',
  async run({ origin, redirectUri }, world) {
    const { HF_CLIENT_ID: clientId, HF_CLIENT_SECRET: clientSecret } = world.environment;
    if (origin === null) return stop(skipped('“Direct sign-in” is wrong'));
    if (!clientId || !clientSecret) {
      return stop(skipped('needs HF_CLIENT_ID and HF_CLIENT_SECRET'));
    }
    const app = { clientId, clientSecret, redirectUri };
    const verdict = await tryCredentials(boundedFetch(world), app, origin);
    if (verdict === 'right') return stop(ok(`${clientId}, and HF_CLIENT_SECRET is right`));
    if (verdict === 'wrong') {
      return stop(
        error(
          `${new URL(origin).host} does not take HF_CLIENT_ID with HF_CLIENT_SECRET`,
          'Copy both from one OAuth app at https://huggingface.co/settings/connected-applications, and run set-up again.',
        ),
      );
    }
    return stop(
      warning(
        `${new URL(origin).host} does not say whether HF_CLIENT_SECRET is right`,
        'Try it: continue with Hugging Face. Whoever ends on Logto’s page has a wrong one.',
      ),
    );
  },
};
