import { randomUUID } from 'node:crypto';
import type { SigningKey } from './keys.ts';
import { sign } from './keys.ts';
import type { LogtoClient } from './provider.ts';

/** OpenID Connect Back-Channel Logout 1.0, 2.4. */
const logoutEvent = 'http://schemas.openid.net/event/backchannel-logout';
const lifetime = 120;

export interface LogoutTokenParts {
  /** Replace claims, add some, or take one out with `undefined`. */
  claims?: Record<string, unknown>;
  header?: Record<string, unknown>;
}

/** A logout token as Logto makes it, but for what `parts` changes; the signature is always good. */
export function mintLogoutToken(
  key: SigningKey,
  issuer: string,
  client: LogtoClient,
  { claims = {}, header = {} }: LogoutTokenParts,
): Promise<string> {
  const iat = Math.floor(Date.now() / 1000);
  return sign(
    key,
    {
      events: { [logoutEvent]: {} },
      jti: randomUUID(),
      aud: client.id,
      exp: iat + lifetime,
      iat,
      iss: issuer,
      ...claims,
    },
    { typ: 'logout+jwt', ...header },
  );
}

/**
 * @returns the app's answer
 * @throws when the client has no back-channel logout URI, or nobody listens there.
 */
export async function deliverLogoutToken(
  client: LogtoClient,
  token: string,
): Promise<{ status: number; body: string; headers: Headers }> {
  if (!client.backchannelLogoutUri) throw new Error('The client has no backchannelLogoutUri');
  const response = await fetch(client.backchannelLogoutUri, {
    method: 'POST',
    body: new URLSearchParams({ logout_token: token }),
  });
  return { status: response.status, body: await response.text(), headers: response.headers };
}
