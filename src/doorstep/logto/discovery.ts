import { z } from 'zod';
import { LogtoUnavailable } from '../errors.ts';
import type { Request } from './requester.ts';
import { SharedValue } from './shared-value.ts';

const LIFETIME_MS = 10 * 60_000;

/** What is used of it here and by the SDK (OpenID Connect Discovery 1.0 section 3). */
const Metadata = z.object({
  issuer: z.string(),
  authorization_endpoint: z.url(),
  token_endpoint: z.url(),
  jwks_uri: z.url(),
  userinfo_endpoint: z.url(),
  revocation_endpoint: z.url(),
  end_session_endpoint: z.url(),
});
export type Metadata = z.infer<typeof Metadata>;

/**
 * Logto's metadata, shared by the whole process for ten minutes.
 *
 * @throws {LogtoUnavailable} `logto_wrong_issuer` for a document of another issuer (S20), which is not kept.
 */
export function sharedDiscovery(options: {
  url: string;
  issuer: string;
  request: Request;
  timeoutMs: number;
  now: () => number;
}): SharedValue<Metadata> {
  const { url, issuer, request, timeoutMs, now } = options;
  const load = async (): Promise<Metadata> => {
    const metadata = parse(await request(url, {}, timeoutMs));
    if (metadata.issuer !== issuer) {
      const message = `Discovery names another issuer than ${issuer}`;
      throw new LogtoUnavailable(message, undefined, 'logto_wrong_issuer');
    }
    return metadata;
  };
  return new SharedValue({ load, maxAgeMs: LIFETIME_MS, now });
}

function parse(document: string): Metadata {
  try {
    return Metadata.parse(JSON.parse(document));
  } catch {
    // Not even as a cause: the message of JSON.parse quotes what it read.
    throw new LogtoUnavailable('The discovery document of Logto could not be read');
  }
}
