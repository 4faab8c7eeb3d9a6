import type { Logger } from 'pino';
import type { EndedSession } from '../session/sessions.ts';
import type { Logto } from './logto.ts';

/**
 * Hands the refresh tokens of ended sessions back to Logto, without keeping anybody waiting: they
 * are out of Redis already, so nobody else holds them.
 */
export function revokeAll(
  { logto, logger }: { logto: Logto; logger: Logger },
  ended: EndedSession[],
): void {
  for (const { tokens } of ended) {
    if (!tokens?.refreshToken) continue;
    logto.revoke(tokens.refreshToken).catch((err: unknown) => {
      logger.warn({ event: 'revocation.failed', err }, 'A refresh token was not revoked');
    });
  }
}
