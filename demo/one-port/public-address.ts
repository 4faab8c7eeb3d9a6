import type { Environment } from '../../src/doorstep/operator.ts';

/** Unless BASE_URL says where else people come in. */
export const isCodespace = ({ CODESPACE_NAME, BASE_URL }: Environment): boolean =>
  Boolean(CODESPACE_NAME) && !BASE_URL;

/** Where people reach the demo, and whose forwarded headers count there. */
interface PublicAddress {
  BASE_URL?: string;
  TRUST_PROXY?: string;
}

/**
 * In a codespace, GitHub forwards each port to an address of its own, which these two variables make
 * (docs.github.com, "Default environment variables for your codespace"). Its forwarder runs beside the
 * demo, so it is a loopback address. Elsewhere BASE_URL or SPACE_HOST tells, or it is localhost.
 */
export function publicAddress(environment: Environment, port: number): PublicAddress {
  const {
    CODESPACE_NAME: name,
    GITHUB_CODESPACES_PORT_FORWARDING_DOMAIN: domain = 'app.github.dev',
    TRUST_PROXY,
  } = environment;
  if (!isCodespace(environment)) return {};
  return {
    BASE_URL: `https://${name}-${port}.${domain}`,
    TRUST_PROXY: TRUST_PROXY || 'loopback',
  };
}
