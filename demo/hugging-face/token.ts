import { randomBytes } from 'node:crypto';
import express, { type Response, type Router } from 'express';
import { z } from 'zod';
import type { Authorizations, Grant, HuggingFaceClient, RefreshTokens } from './clients.ts';

/** What a test may change while it runs. */
export interface TokenSettings {
  refreshTokens: RefreshTokens;
  /** Seconds. */
  lifetime: number;
}

const tokenRequest = z.discriminatedUnion('grant_type', [
  z.object({
    grant_type: z.literal('authorization_code'),
    code: z.string(),
    redirect_uri: z.string(),
  }),
  z.object({ grant_type: z.literal('refresh_token'), refresh_token: z.string() }),
]);
type TokenRequest = z.infer<typeof tokenRequest>;

/** Code for token (RFC 6749, 4.1.3), refresh token for token (section 6). */
export function tokenRoutes(
  clients: HuggingFaceClient[],
  authorizations: Authorizations,
  settings: TokenSettings,
  onRefresh: () => void,
): Router {
  const router = express.Router();

  router.post('/oauth/token', express.urlencoded({ extended: false }), (req, res) => {
    res.set('cache-control', 'no-store');
    const client = authenticate(req.headers.authorization, clients);
    if (!client) {
      res.set('www-authenticate', 'Basic');
      return refuse(res, 401, 'invalid_client', 'Client authentication failed');
    }
    const request = tokenRequest.safeParse(req.body);
    if (!request.success) {
      const isUnknown = req.body?.grant_type && request.error.issues[0]?.path[0] === 'grant_type';
      const error = isUnknown ? 'unsupported_grant_type' : 'invalid_request';
      return refuse(res, 400, error, z.prettifyError(request.error));
    }
    if (request.data.grant_type === 'refresh_token') onRefresh();
    const grant = spend(request.data, client, authorizations, settings);
    if (!grant) return refuse(res, 400, 'invalid_grant', 'Unknown, spent, or not for this call');
    const token = `hf_oauth_${randomBytes(16).toString('hex')}`;
    const expiresAt = Date.now() + settings.lifetime * 1000;
    authorizations.tokens.set(token, { ...grant, expiresAt });
    const isNew = request.data.grant_type === 'authorization_code';
    const refreshToken =
      settings.refreshTokens === 'rotating' || (isNew && settings.refreshTokens === 'kept')
        ? `hf_refresh_${randomBytes(16).toString('hex')}`
        : null;
    if (refreshToken) authorizations.refreshTokens.set(refreshToken, grant);
    res.json({
      access_token: token,
      token_type: 'bearer',
      expires_in: settings.lifetime,
      scope: grant.scope,
      ...(refreshToken && { refresh_token: refreshToken }),
    });
  });
  return router;
}

/** What a code or refresh token stands for; null: it is refused. */
function spend(
  request: TokenRequest,
  { id }: HuggingFaceClient,
  { codes, refreshTokens }: Authorizations,
  settings: TokenSettings,
): Grant | null {
  if (request.grant_type === 'refresh_token') {
    const grant = refreshTokens.get(request.refresh_token);
    if (settings.refreshTokens === 'rotating') refreshTokens.delete(request.refresh_token);
    return grant?.clientId === id ? grant : null;
  }
  const granted = codes.get(request.code);
  // Single use, and a wrong guess at the other parameters spends it too.
  codes.delete(request.code);
  if (granted?.clientId !== id || granted.redirectUri !== request.redirect_uri) return null;
  const { clientId, username, scope } = granted;
  return granted.expiresAt > Date.now() ? { clientId, username, scope } : null;
}

function authenticate(
  header: string | undefined,
  clients: HuggingFaceClient[],
): HuggingFaceClient | undefined {
  const [scheme, value] = header?.split(' ') ?? [];
  if (scheme?.toLowerCase() !== 'basic' || !value) return undefined;
  const [id, secret] = Buffer.from(value, 'base64').toString().split(':').map(formDecoded);
  return clients.find((client) => client.id === id && client.secret === secret);
}

/** Both halves of the header are form-encoded (RFC 6749, 2.3.1). */
function formDecoded(value: string): string {
  return new URLSearchParams(`v=${value}`).get('v') ?? '';
}

export function refuse(res: Response, status: number, error: string, description: string): void {
  res.status(status).json({ error, error_description: description });
}
