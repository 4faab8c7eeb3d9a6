import { randomBytes } from 'node:crypto';
import express, { type Response, type Router } from 'express';
import { z } from 'zod';
import { accounts } from '../accounts.ts';
import type { Authorizations, HuggingFaceClient } from './clients.ts';
import { userInfoOf } from './user-info.ts';

const tokenLifetime = 8 * 60 * 60;

const tokenRequest = z.object({
  grant_type: z.string(),
  code: z.string(),
  redirect_uri: z.string(),
});

/** Code for token (RFC 6749, 4.1.3), token for the account (OpenID Connect Core, 5.3). */
export function tokenRoutes(clients: HuggingFaceClient[], authorizations: Authorizations): Router {
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
      return refuse(res, 400, 'invalid_request', z.prettifyError(request.error));
    }
    if (request.data.grant_type !== 'authorization_code') {
      return refuse(res, 400, 'unsupported_grant_type', 'Only authorization_code');
    }
    const granted = authorizations.codes.get(request.data.code);
    // Single use, and a wrong guess at the other parameters spends it too.
    authorizations.codes.delete(request.data.code);
    if (
      granted?.clientId !== client.id ||
      granted.redirectUri !== request.data.redirect_uri ||
      granted.expiresAt <= Date.now()
    ) {
      return refuse(res, 400, 'invalid_grant', 'The code is unknown, spent, or not for this call');
    }
    const token = `hf_oauth_${randomBytes(16).toString('hex')}`;
    const { username, scope } = granted;
    const expiresAt = Date.now() + tokenLifetime * 1000;
    authorizations.tokens.set(token, { username, scope, expiresAt });
    res.json({ access_token: token, token_type: 'bearer', expires_in: tokenLifetime, scope });
  });

  router.all('/oauth/userinfo', (req, res) => {
    const token = req.headers.authorization?.match(/^Bearer (.+)$/i)?.[1] ?? '';
    const granted = authorizations.tokens.get(token);
    const account = accounts.find(({ username }) => username === granted?.username);
    if (!granted || !account || granted.expiresAt <= Date.now()) {
      res.set('www-authenticate', 'Bearer error="invalid_token"');
      return refuse(res, 401, 'invalid_token', 'Unknown or expired access token');
    }
    const origin = `http://${req.headers.host}`;
    res.json(userInfoOf(account, new Set(granted.scope.split(' ')), origin));
  });
  return router;
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

function refuse(res: Response, status: number, error: string, description: string): void {
  res.status(status).json({ error, error_description: description });
}
