import { createHash } from 'node:crypto';
import { decodeJwt, type JWTPayload } from 'jose';
import type { KoaContextWithOIDC } from 'oidc-provider';
import { type SigningKey, sign } from './keys.ts';

const messages: Record<string, string> = {
  access_denied: 'Access denied.',
  invalid_grant: 'Grant request is invalid.',
  invalid_redirect_uri:
    "`redirect_uri` did not match any of the client's registered `redirect_uris`.",
  invalid_request: 'Request is invalid.',
  invalid_target: 'Invalid resource indicator.',
  invalid_token: 'Invalid token provided.',
  unsupported_grant_type: 'Unsupported `grant_type` requested.',
};

/** Gives oidc-provider's errors Logto's form: its own `code` and `message` before OAuth's. */
export function dressError(ctx: KoaContextWithOIDC): void {
  const { body } = ctx;
  if (ctx.status < 400 || !isRecord(body) || typeof body.error !== 'string') return;
  const { error } = body;
  ctx.body = {
    code: `oidc.${error}`,
    message: messages[error] ?? `An OIDC error occurred: oidc.${error}.`,
    ...(error === 'invalid_grant' ? { error_uri: 'https://openid.sh/debug/invalid_grant' } : {}),
    ...body,
  };
}

/** Answers what no route of oidc-provider has answered, in the words of Logto's own. */
export function answerUnknownRoute(ctx: KoaContextWithOIDC): void {
  ctx.status = 404;
  ctx.body = logtoError(
    'invalid_request',
    `unrecognized route or not allowed method (${ctx.method} on ${ctx.path})`,
  );
}

/** What every OIDC path answers that was given a secret which has expired: 400, not 401. */
export const expiredSecret = () => logtoError('invalid_request', 'client secret has expired');

/** OAuth's error with Logto's own `code` and `message` before it. */
function logtoError(error: string, description: string): Record<string, string> {
  const message = messages[error] ?? `An OIDC error occurred: oidc.${error}.`;
  return { code: `oidc.${error}`, message, error, error_description: description };
}

/** Discovery has an ETag and nothing else; the key set must be asked for again each time. */
export function setCacheHeaders(ctx: KoaContextWithOIDC): void {
  const { route } = ctx.oidc;
  if (ctx.status !== 200 || (route !== 'discovery' && route !== 'jwks')) return;
  if (route === 'jwks') ctx.set('cache-control', 'no-cache, max-age=0, must-revalidate');
  const digest = createHash('sha256').update(JSON.stringify(ctx.body)).digest('base64url');
  ctx.set('etag', `"${digest}"`);
  if (ctx.fresh) ctx.status = 304;
}

/** Discovery as if Logto ran under another ENDPOINT than the app was told. */
export function announceIssuer(ctx: KoaContextWithOIDC, issuer: string | null): void {
  if (issuer && ctx.oidc.route === 'discovery' && isRecord(ctx.body)) {
    ctx.body = { ...ctx.body, issuer };
  }
}

/** A refresh that answers with somebody else's ID token, say, and signs it as it should be. */
export async function changeIdToken(
  ctx: KoaContextWithOIDC,
  changes: Record<string, unknown>,
  key: SigningKey,
): Promise<void> {
  const { body } = ctx;
  if (ctx.oidc.body?.grant_type !== 'refresh_token' || !isRecord(body)) return;
  if (typeof body.id_token !== 'string') return;
  const claims = { ...decodeJwt(body.id_token), ...changes };
  ctx.body = { ...body, id_token: await sign(key, claims) };
}

/** @returns the ID token to give out instead of one with these claims. */
export type MakeIdToken = (claims: JWTPayload) => string | Promise<string>;

/** A sign-in or a refresh that answers with any ID token at all, whatever its signature. */
export async function replaceIdToken(ctx: KoaContextWithOIDC, make: MakeIdToken): Promise<void> {
  const { body } = ctx;
  if (ctx.oidc.route !== 'token' || !isRecord(body) || typeof body.id_token !== 'string') return;
  ctx.body = { ...body, id_token: await make(decodeJwt(body.id_token)) };
}

export function changeUserInfo(ctx: KoaContextWithOIDC, changes: Record<string, unknown>): void {
  if (ctx.oidc.route === 'userinfo' && isRecord(ctx.body)) ctx.body = { ...ctx.body, ...changes };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
