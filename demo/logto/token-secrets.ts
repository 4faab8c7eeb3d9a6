import { type Request, type Response, Router } from 'express';
import type Provider from 'oidc-provider';
import { ConnectorError, type createConnector, type TokenSet } from './connector.ts';
import type { UserDirectory } from './users.ts';

/** What an operator may have got wrong, each in the way that Logto tells of it. */
export interface SecretSettings {
  accountCenter: boolean;
  /** `enableTokenStorage` of the connector. */
  isStored: boolean;
  /** SECRET_VAULT_KEK; 'bad' is one that is no key, or a missing one where tokens are stored. */
  kek: 'good' | 'bad';
}

interface Kept {
  token: string;
  refreshToken: string | null;
  scope: string | undefined;
  /** Milliseconds. */
  expiresAt: number;
}

/** The tokens of the OAuth2 connector (measured on Logto 1.43), with no lock around any of it. */
export interface TokenSecrets {
  settings: SecretSettings;
  /** At each round trip to Hugging Face, and not when Logto's own session answers. */
  keep(sub: string, tokens: TokenSet): void;
  forget(sub: string): void;
  /** All that is kept is over by now. */
  expire(): void;
  router: Router;
}

export function createTokenSecrets(context: {
  provider: () => Provider;
  users: UserDirectory;
  connector: ReturnType<typeof createConnector>;
  isStored: boolean;
}): TokenSecrets {
  const { isStored } = context;
  const settings: SecretSettings = { accountCenter: true, isStored, kek: 'good' };
  const kept = new Map<string, Kept>();
  const keep = (sub: string, tokens: TokenSet, refreshToken: string | null = null): void => {
    if (!settings.isStored || settings.kek === 'bad') return;
    kept.set(sub, {
      token: tokens.access_token,
      refreshToken: tokens.refresh_token ?? refreshToken,
      scope: tokens.scope,
      expiresAt: Date.now() + (tokens.expires_in ?? 0) * 1000,
    });
  };

  const router = Router();
  router.get('/api/my-account/identities/:target/access-token', async (req, res) => {
    const sub = await ownerOf(context, settings, req, res);
    if (sub === null) return;
    const found = kept.get(sub);
    if (!found) return refuse(res, 404, 'secrets.third_party_token_set.token_not_found');
    if (settings.kek === 'bad')
      return void res.status(500).type('text').send('Internal Server Error');
    if (found.expiresAt <= Date.now()) {
      if (!found.refreshToken) {
        kept.delete(sub);
        return refuse(res, 401, 'secrets.third_party_token_set.access_token_expired');
      }
      try {
        keep(sub, await context.connector.refresh(found.refreshToken), found.refreshToken);
      } catch (error) {
        if (!(error instanceof ConnectorError)) throw error;
        return refuse(res, 400, 'connector.general');
      }
    }
    const { token, scope, expiresAt } = kept.get(sub) ?? found;
    const expires_in = Math.max(0, Math.floor((expiresAt - Date.now()) / 1000));
    const life = expires_in > 0 ? { expires_in } : {};
    res.json({ access_token: token, scope, token_type: 'bearer', ...life });
  });

  return {
    settings,
    keep,
    forget: (sub) => void kept.delete(sub),
    expire: () => {
      for (const one of kept.values()) one.expiresAt = Date.now();
    },
    router,
  };
}

/** Answers, and gives null, where the caller may not ask. */
async function ownerOf(
  { provider, users }: { provider: () => Provider; users: UserDirectory },
  { accountCenter }: SecretSettings,
  req: Request,
  res: Response,
): Promise<string | null> {
  const [, bearer] = /^Bearer (.+)$/.exec(req.headers.authorization ?? '') ?? [];
  const denied = (status: number, code: string) => {
    refuse(res, status, code);
    return null;
  };
  if (!bearer) return denied(401, 'auth.authorization_header_missing');
  const token = await provider().AccessToken.find(bearer);
  if (!token || !users.active(token.accountId)) return denied(401, 'auth.unauthorized');
  if (!accountCenter) return denied(400, 'account_center.not_enabled');
  return token.scopes.has('identities') ? token.accountId : denied(403, 'auth.forbidden');
}

const refuse = (res: Response, status: number, code: string): void =>
  void res.status(status).json({ code, message: `What Logto says of ${code}.` });
