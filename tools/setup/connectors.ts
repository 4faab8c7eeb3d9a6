import { z } from 'zod';
import type { Settings } from './settings.ts';

/** How the sign-in experience names Hugging Face, whichever connector it is. */
export const TARGET = 'huggingface';

const FACTORY = 'huggingface-universal';
/** The general connector: only with it does Logto keep Hugging Face's own access tokens. */
const OAUTH_FACTORY = 'oauth2';

/**
 * Without `email`: Logto takes any e-mail from Hugging Face for verified, and offers whoever bears
 * the same one to link the accounts, which hands the first account over.
 */
const DEFAULT_SCOPE = 'profile';
export const DEFAULT_TOKEN_SCOPE = 'openid profile inference-api';

export const connector = z.object({
  id: z.string(),
  connectorId: z.string(),
  target: z.string().default(''),
  syncProfile: z.boolean(),
  enableTokenStorage: z.boolean().default(false),
  metadata: z.looseObject({ target: z.string().optional() }).default({}),
  config: z.looseObject({
    clientId: z.string().optional(),
    clientSecret: z.string().optional(),
    scope: z.string().optional(),
    authorizationEndpoint: z.string().optional(),
    tokenEndpoint: z.string().optional(),
    userInfoEndpoint: z.string().optional(),
    tokenEndpointResponseType: z.string().optional(),
    profileMap: z.looseObject({ id: z.string().optional() }).optional(),
  }),
});

export type Connector = z.infer<typeof connector>;

/** A connector as it is sent to Logto. */
export type Wanted = Omit<Connector, 'id' | 'target' | 'metadata'> & {
  metadata?: Connector['metadata'];
};

export const kindOf = ({ connectorId }: { connectorId: string }): string =>
  ({ [FACTORY]: 'Hugging Face', [OAUTH_FACTORY]: 'OAuth 2.0' })[connectorId] ?? connectorId;

/** Logto's general connectors. For each, `metadata` names the target, and may not be changed. */
export const isGeneral = ({ connectorId }: { connectorId: string }): boolean =>
  connectorId !== FACTORY;

/**
 * What the connector for Hugging Face should be. Of one of the right kind stays what somebody chose;
 * of another kind only whether profiles are synced.
 */
export function wantedConnector(
  found: Connector | undefined,
  given: Settings['huggingFace'],
): Wanted {
  const connectorId = given.accessTokens ? OAUTH_FACTORY : FACTORY;
  const config = found?.connectorId === connectorId ? found.config : {};
  const syncProfile = found?.syncProfile ?? true;
  const { clientId, clientSecret } = given;
  if (!given.accessTokens) {
    const scope = given.scope ?? config.scope ?? DEFAULT_SCOPE;
    const enableTokenStorage = false;
    return {
      connectorId,
      syncProfile,
      enableTokenStorage,
      config: { ...config, clientId, clientSecret, scope },
    };
  }
  return {
    connectorId,
    syncProfile,
    enableTokenStorage: true,
    metadata: {
      target: TARGET,
      name: { en: 'Hugging Face' },
      logo: 'https://huggingface.co/front/assets/huggingface_logo-noborder.svg',
    },
    config: {
      tokenEndpointAuthMethod: 'client_secret_basic',
      ...config,
      authorizationEndpoint: `${given.endpoint}/oauth/authorize`,
      tokenEndpoint: `${given.endpoint}/oauth/token`,
      userInfoEndpoint: `${given.endpoint}/oauth/userinfo`,
      clientId,
      clientSecret,
      scope: withOpenid(given.scope ?? config.scope ?? DEFAULT_TOKEN_SCOPE),
      // Logto's defaults are query-string and id: with either, everybody ends on its sign-in page.
      tokenEndpointResponseType: 'json',
      profileMap: { ...PROFILE_MAP, ...config.profileMap, id: 'sub' },
    },
  };
}

const PROFILE_MAP = { name: 'name', email: 'email', avatar: 'picture' };

/** Hugging Face's userinfo, where this connector reads who somebody is, takes `openid`. */
const withOpenid = (scope: string): string =>
  scope.split(/\s+/).includes('openid') ? scope : `openid ${scope}`;
