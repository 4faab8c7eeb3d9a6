import { readFileSync } from 'node:fs';
import { read } from '../deploy/files.ts';
import { type Certificates, makeCertificates } from '../harness/certificates.ts';
import type { RedisServerOptions } from '../harness/redis-server.ts';

/** TLS, nobody but the operator and the app let in, and the app allowed what docs/redis.md says. */
export interface Guarded {
  /** For redis-server. */
  settings: string[];
  options: RedisServerOptions;
  /** Lines for redis-sentinel. */
  sentinelLines: string[];
  url(addresses: string): string;
  environment: Record<string, string>;
  close(): void;
}

const ADMIN = 'only-for-the-operator-0';
export const APP_PASSWORD = 'its-password';
export const SENTINEL_PASSWORD = 'another-password';

/** The ACL lines of the page, in their order: of the servers, of the Sentinels. */
const [ofServers = '', ofSentinels = ''] = [
  ...read('docs/redis.md').matchAll(/^user app .*$/gm),
].map(([line]) => line);

export function guarded(masterSet: string): Guarded {
  const certificates: Certificates = makeCertificates();
  const operator = `user admin on >${ADMIN} ~* &* +@all`;
  const tls = { ca: readFileSync(certificates.authority), servername: 'localhost' };
  return {
    settings: [
      ...asWords([operator, ofServers, 'user default off']),
      ...['--masteruser', 'admin', '--masterauth', ADMIN],
    ],
    options: {
      ofPort: certificates.settings,
      admin: { username: 'admin', password: ADMIN, tls },
    },
    sentinelLines: [
      ...[operator, ofSentinels, 'user default off'],
      `sentinel sentinel-user admin`,
      `sentinel sentinel-pass ${ADMIN}`,
      `sentinel auth-user ${masterSet} admin`,
      `sentinel auth-pass ${masterSet} ${ADMIN}`,
    ],
    url: (addresses) => `rediss://app:${APP_PASSWORD}@${addresses}`,
    environment: { NODE_EXTRA_CA_CERTS: certificates.authority },
    close: certificates.close,
  };
}

const asWords = (lines: string[]): string[] =>
  lines.flatMap((line) => {
    const [name = '', ...words] = line.split(' ');
    return [`--${name}`, ...words];
  });
