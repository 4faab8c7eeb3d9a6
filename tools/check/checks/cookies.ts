import { sessionCookieName } from '../../../src/doorstep/operator.ts';
import type { Config } from '../../../src/site/config.ts';
import type { Check } from '../checkup.ts';
import { ok, stop, warning } from '../outcome.ts';

/** What BASE_URL means for cookies and forwarded headers. */
export const cookies: Check<Config, never> = {
  name: 'Cookies and proxy',
  async run(config) {
    const name = sessionCookieName(config);
    if (config.secure) {
      const proxies = config.trustProxy.join(', ');
      return stop(ok(`${name} travels over https only; proxies that count: ${proxies}`));
    }
    if (!config.production)
      return stop(ok(`${name} travels over plain http, on this machine only`));
    return stop(
      warning(
        `NODE_ENV is production, but BASE_URL is plain http (${config.baseUrl})`,
        'Set BASE_URL to the https address that people use, and TRUST_PROXY to the proxy in front.',
      ),
    );
  },
};
