import { z } from 'zod';
import type { Config } from '../../../src/site/config.ts';
import type { Check } from '../checkup.ts';
import { ask, parseAs, statusOf } from '../http.ts';
import { error, type Finding, goOn, ok, stop, warning } from '../outcome.ts';
import { PASS_HOST_ON, redirected } from './running-app.ts';

const Problem = z.object({ reason: z.string().regex(/^\w{1,64}$/) });
/** S25 asks for a year at least. */
const YEAR = 365 * 24 * 60 * 60;

/** The home page comes through the proxy as it should (C23, S25). */
export const https: Check<Config, Config> = {
  name: 'Through the proxy',
  async run(config, world) {
    const answer = await ask(world, `${config.baseUrl}/`, {
      headers: { accept: 'application/json' },
    });
    const to = answer.headers.get('location');
    if (to && URL.canParse(to, answer.url)) {
      return stop(redirected('the home page', new URL(to, answer.url), config.baseUrl));
    }
    const reason = parseAs(Problem, answer)?.reason;
    if (reason === 'insecure_request') {
      return stop(
        error(
          'the app takes its requests for plain http, and refuses them',
          `Let the proxy send X-Forwarded-Proto: https, and name its address in TRUST_PROXY (now ${config.trustProxy.join(', ')}).`,
        ),
      );
    }
    if (answer.status !== 200) {
      const next = reason && /host/.test(reason) ? PASS_HOST_ON : 'The log of the app says why.';
      return stop(
        error(`the home page answers ${statusOf(answer)}${reason ? ` (${reason})` : ''}`, next),
      );
    }
    return goOn(config, config.secure ? hsts(answer.headers) : ok('none needed on this machine'));
  },
};

function hsts(headers: Headers): Finding {
  const age = /max-age=(\d+)/.exec(headers.get('strict-transport-security') ?? '')?.[1];
  if (Number(age ?? 0) >= YEAR) return ok('https, with Strict-Transport-Security');
  return warning(
    age ? `Strict-Transport-Security is only ${age} s` : 'Strict-Transport-Security is missing',
    'The app sends it for two years: let the proxy pass it on unchanged.',
  );
}
