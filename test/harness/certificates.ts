import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A certificate authority of a test's own, and a certificate of it for this machine. */
export interface Certificates {
  /** For NODE_EXTRA_CA_CERTS. */
  authority: string;
  /** Settings for redis-server and redis-sentinel: TLS instead of plain connections, on this port. */
  settings(port: number): string[];
  close(): void;
}

export function makeCertificates(): Certificates {
  const directory = mkdtempSync(join(tmpdir(), 'doorstep-tls-'));
  const at = (name: string) => join(directory, name);
  const openssl = (...words: string[]) => execFileSync('openssl', words, { stdio: 'ignore' });
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl(
    'req',
    '-x509',
    ...key,
    '-keyout',
    at('ca.key'),
    '-out',
    at('ca.crt'),
    '-days',
    '2',
    '-subj',
    '/CN=Doorstep test authority',
  );
  openssl('req', ...key, '-keyout', at('redis.key'), '-out', at('redis.csr'), '-subj', '/CN=redis');
  writeFileSync(at('names'), 'subjectAltName=DNS:localhost\n');
  openssl(
    'x509',
    '-req',
    '-in',
    at('redis.csr'),
    '-CA',
    at('ca.crt'),
    '-CAkey',
    at('ca.key'),
    '-CAcreateserial',
    '-days',
    '2',
    '-extfile',
    at('names'),
    '-out',
    at('redis.crt'),
  );
  return {
    authority: at('ca.crt'),
    settings: (port) => [
      ...['--port', '0', '--tls-port', String(port), '--tls-auth-clients', 'no'],
      ...['--tls-replication', 'yes', '--tls-cluster', 'yes'],
      ...['--tls-cert-file', at('redis.crt'), '--tls-key-file', at('redis.key')],
      ...['--tls-ca-cert-file', at('ca.crt')],
    ],
    close: () => rmSync(directory, { recursive: true, force: true }),
  };
}
