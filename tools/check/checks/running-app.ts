import type { Config } from '../../../src/site/config.ts';
import type { Check } from '../checkup.ts';
import { type Answer, ask, NoAnswer } from '../http.ts';
import { error, type Finding, goOn, ok, skipped, stop } from '../outcome.ts';

export const PASS_HOST_ON =
  'Let the proxy pass the Host header on as it came (nginx: proxy_set_header Host $http_host), and every path as it is.';
const START = 'start the app and run this again for what only a running app shows';

/** The app answers at BASE_URL; when it doesn't run, that is no fault. */
export const runningApp: Check<Config, Config> = {
  name: 'Running app',
  async run(config, world) {
    const { baseUrl } = config;
    let answer: Answer;
    try {
      answer = await ask(world, `${baseUrl}/healthz`);
    } catch (thrown) {
      if (!(thrown instanceof NoAnswer) || thrown.trouble === 'tls') throw thrown;
      return stop(skipped(`${thrown.message}; ${START}`));
    }
    if (answer.status === 200 && answer.body.trim() === 'ok') {
      return goOn(config, ok(`answers at ${baseUrl}`));
    }
    if ([502, 503, 504].includes(answer.status)) {
      return stop(skipped(`the proxy at ${baseUrl} answers ${answer.status}; ${START}`));
    }
    const to = answer.headers.get('location');
    if (to && URL.canParse(to, answer.url)) {
      return stop(redirected(baseUrl, new URL(to, answer.url), baseUrl));
    }
    // The kit has no such route: an app of one's own shows by its sign-in what it is.
    if (answer.status === 404) return goOn(config, ok(`${baseUrl} answers, without a /healthz`));
    return stop(
      error(
        `something else than this app answers at ${baseUrl} (${answer.status})`,
        'Correct BASE_URL or PORT, or what the proxy passes on.',
      ),
    );
  },
};

/**
 * A redirect where there should be none. To BASE_URL itself, it comes from the app, which sees another
 * Host than people's browsers sent, and goes on for ever.
 */
export function redirected(what: string, to: URL, baseUrl: string): Finding {
  if (to.origin !== baseUrl) {
    const next = 'Set BASE_URL to where people end up, and restart the app.';
    return error(`${what} redirects to ${to.origin}`, next);
  }
  return error(`${what} redirects to ${to.href}, at BASE_URL itself`, PASS_HOST_ON);
}
