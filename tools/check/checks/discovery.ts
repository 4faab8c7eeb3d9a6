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
  id_token_signing_alg_values_supported: z.array(z.string()).optional(),
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
      return stop(otherIssuer(endpoint, document.issuer));
    }
    const date = Date.parse(answer.headers.get('date') ?? '');
    const ahead = Number.isNaN(date) ? null : date - (asked + world.now()) / 2;
    return goOn({ config, document, ahead }, ok(`answers as ${issuer}`));
  },
};

/** Advises another LOGTO_ENDPOINT only where that would differ, and could be one. */
function otherIssuer(endpoint: string, found: string): Finding {
  const own = found.replace(/\/oidc$/, '');
  if (own === found || !URL.canParse(own) || new URL(own).origin !== own || own === endpoint) {
    return error(`what answers at ${endpoint} calls itself ${found}, and is no Logto`, CORRECT);
  }
  return error(
    `the Logto at ${endpoint} calls itself ${own}`,
    `Set LOGTO_ENDPOINT=${own}, or Logto’s own ENDPOINT to ${endpoint}.`,
  );
}

function noLogto(endpoint: string, answer: Answer): Finding {
  const to = answer.headers.get('location');
  if (to && URL.canParse(to, answer.url)) {
    const { origin, pathname } = new URL(to, answer.url);
    if (origin !== endpoint) {
      return error(`${endpoint} redirects to ${origin}`, `Set LOGTO_ENDPOINT=${origin}.`);
    }
    return error(
      `${new URL(answer.url).pathname} at ${endpoint} redirects to ${pathname}`,
      'Let the proxy in front of Logto pass /oidc on as it came; if this is no Logto, correct LOGTO_ENDPOINT.',
    );
  }
  if (answer.status >= 500) {
    return error(
      `${endpoint} answers ${answer.status}`,
      'Look into the log of Logto and its proxy.',
    );
  }
  return error(`what answers at ${endpoint} is no Logto (${statusOf(answer)})`, CORRECT);
}
