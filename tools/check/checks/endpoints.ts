import { isLoopback } from '../../../src/doorstep/operator.ts';
import { isInner } from '../addresses.ts';
import type { Check } from '../checkup.ts';
import { error, type Finding, goOn, ok, stop, warning } from '../outcome.ts';
import type { Logto } from './discovery.ts';

/**
 * The addresses that Logto hands out are ones that people's browsers can open. Its issuer is
 * fixed, but the endpoints follow the Host and scheme of the request.
 */
export const endpoints: Check<Logto, Logto> = {
  name: 'Logto’s addresses',
  async run(logto) {
    const own = new URL(logto.config.logto.endpoint);
    const { issuer: _, id_token_signing_alg_values_supported: __, ...addresses } = logto.document;
    const strange = Object.values(addresses).find(
      (address) => new URL(address).origin !== own.origin,
    );
    if (strange) return stop(elsewhere(new URL(strange), own));
    const app = new URL(logto.config.baseUrl);
    if (isLoopback(own.hostname) && !isLoopback(app.hostname)) {
      return stop(
        error(
          `people come to ${app.host}, but are sent to ${own.host}, which is their own machine`,
          'Give Logto an address that their browsers can open (ENDPOINT there, LOGTO_ENDPOINT here).',
        ),
      );
    }
    if (isInner(own.hostname) && !isInner(app.hostname)) {
      return goOn(
        logto,
        warning(
          `people come to ${app.host}, but ${own.host} looks like an address of your network only`,
          'Make sure that their browsers can open it.',
        ),
      );
    }
    return goOn(logto, ok(`all at ${own.origin}`));
  },
};

function elsewhere(found: URL, own: URL): Finding {
  if (found.host === own.host && own.protocol === 'http:') {
    return error(
      `Logto hands out ${found.origin}, though LOGTO_ENDPOINT is plain http`,
      `Set LOGTO_ENDPOINT=${found.origin}, and Logto’s own ENDPOINT to the same.`,
    );
  }
  if (found.host === own.host) {
    return error(
      `Logto hands out ${found.origin}, though it is reached by https`,
      'Its proxy must send X-Forwarded-Proto: https, and Logto needs TRUST_PROXY_HEADER=1.',
    );
  }
  return error(
    `Logto sends browsers to ${found.origin}, which is not LOGTO_ENDPOINT`,
    'Let the proxy in front of Logto pass on the Host header as it came.',
  );
}
