import type { Logger } from 'pino';
import type { Logto } from '../logto/client.ts';
import type { EndedSession } from '../session/sessions.ts';

/**
 * Hands the refresh tokens of ended sessions back to Logto. They are out of Redis already, so a web
 * request need not wait for it, and a failure is logged and no more.
 */
export async function revokeAll(
  { logto, logger }: { logto: Logto; logger: Logger },
  ended: EndedSession[],
): Promise<void> {
  const tokens = ended.flatMap((session) => session.tokens?.refreshToken ?? []);
  const revoke = (token: string) =>
    logto.revoke(token).catch((err: unknown) => {
      logger.warn({ event: 'revocation.failed', err }, 'A refresh token was not revoked');
    });
  await Promise.all(tokens.map(revoke));
}
