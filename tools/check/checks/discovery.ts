import { z } from 'zod';
import type { Config } from '../../../src/site/config.ts';
import type { Check } from '../checkup.ts';
import { type Answer, ask, NoAnswer, parseAs, statusOf } from '../http.ts';
import { error, type Finding, goOn, ok, stop } from '../outcome.ts';

const Document = z.object({
  issuer: z.string(),
  authorization_endpoint: z.url(),
  token_endpoint: z.url(),
  userinfo_endpoint: z.url(),
  jwks_uri: z.url(),
  revocation_endpoint: z.url(),
  end_session_endpoint: z.url(),
});

/** A Logto that says who it is. */
export interface Logto {
  config: Config;
  document: z.infer<typeof Document>;
  /** Logto's clock against ours when it answered, milliseconds; null when it didn't say. */
  ahead: number | null;
}

const CORRECT = 'Correct LOGTO_ENDPOINT: scheme and host of your Logto, as its console shows it.';

/** Logto answers, and is the issuer that the app expects (S20, C16). */
export const discovery: Check<Config, Logto> = {
  name: 'Logto',
  async run(config, world) {
    const { endpoint, issuer } = config.logto;
    const asked = world.now();
    let answer: Answer;
    try {
      answer = await ask(world, `${issuer}/.well-known/openid-configuration`);
    } catch (thrown) {
      if (!(thrown instanceof NoAnswer)) throw thrown;
      return stop(error(thrown.message, `${thrown.next} LOGTO_ENDPOINT is ${endpoint}.`));
    }
    const document = parseAs(Document, answer);
    if (answer.status !== 200 || !document) return stop(noLogto(endpoint, answer));
    if (document.issuer !== issuer) {
      const own = document.issuer.replace(/\/oidc$/, '');
      return stop(
        error(
          `the Logto at ${endpoint} calls itself ${own}`,
          `Set LOGTO_ENDPOINT=${own}, or Logto’s own ENDPOINT to ${endpoint}.`,
        ),
      );
    }
    const date = Date.parse(answer.headers.get('date') ?? '');
    const ahead = Number.isNaN(date) ? null : date - (asked + world.now()) / 2;
    return goOn({ config, document, ahead }, ok(`answers as ${issuer}`));
  },
};

function noLogto(endpoint: string, answer: Answer): Finding {
  const to = answer.headers.get('location');
  if (to && URL.canParse(to, answer.url)) {
    const { origin } = new URL(to, answer.url);
    const message = `${endpoint} redirects to ${origin}`;
    return error(message, origin === endpoint ? CORRECT : `Set LOGTO_ENDPOINT=${origin}.`);
  }
  if (answer.status >= 500) {
    return error(
      `${endpoint} answers ${answer.status}`,
      'Look into the log of Logto and its proxy.',
    );
  }
  return error(`what answers at ${endpoint} is no Logto (${statusOf(answer)})`, CORRECT);
}
