import type { Request } from 'express';
import { createFaults } from '../hugging-face/faults.ts';

export type LogtoEndpoint =
  | 'discovery'
  | 'jwks'
  | 'authorize'
  | 'token'
  | 'userinfo'
  | 'revocation'
  | 'endSession'
  | 'identityToken'
  | 'signInExperience'
  | 'accountCenter';

/** Counts calls by endpoint and, for the token endpoint, by `grant_type`. */
export function createCounters() {
  const tokenCalls: Record<string, number> = {};
  const countGrant = (body: unknown) => {
    if (typeof body !== 'object' || body === null || !('grant_type' in body)) return;
    const grant = String(body.grant_type);
    const before = Object.hasOwn(tokenCalls, grant) ? tokenCalls[grant] : undefined;
    tokenCalls[grant] = (before ?? 0) + 1;
  };
  const faults = createFaults<LogtoEndpoint>(
    {
      discovery: 0,
      jwks: 0,
      authorize: 0,
      token: 0,
      userinfo: 0,
      revocation: 0,
      endSession: 0,
      identityToken: 0,
      signInExperience: 0,
      accountCenter: 0,
    },
    endpointOf,
    (endpoint, body) => {
      if (endpoint === 'token') countGrant(body);
    },
  );
  return { faults, tokenCalls, countGrant };
}

const endpoints: Record<string, LogtoEndpoint> = {
  '/oidc/.well-known/openid-configuration': 'discovery',
  '/oidc/jwks': 'jwks',
  '/oidc/auth': 'authorize',
  '/oidc/token': 'token',
  '/oidc/me': 'userinfo',
  '/oidc/token/revocation': 'revocation',
  '/oidc/session/end': 'endSession',
  '/api/my-account/identities/huggingface/access-token': 'identityToken',
  '/api/.well-known/sign-in-exp': 'signInExperience',
  '/api/.well-known/account-center': 'accountCenter',
};

function endpointOf({ path }: Request): LogtoEndpoint | undefined {
  return endpoints[path];
}
