import { type RequestHandler, Router } from 'express';

export interface ProtectedResource {
  /** Where `auth.bearer` is mounted. */
  apiPath: string;
  /** Where the metadata is, as a path and as what a challenge names. */
  path: string;
  url: string;
  metadata: Record<string, unknown>;
}

/**
 * What a program has to know before it asks for a token: which one, and of whom.
 *
 * `resource` is API_RESOURCE, the audience that tokens have and what Logto is asked for. A client that
 * compares it with the address that it called (section 3.3) wants both to be the same: `<BASE_URL>/api`.
 *
 * @returns null without API_RESOURCE: no token is taken then.
 * Source: RFC 9728 sections 2 and 3.
 */
export function protectedResource({
  baseUrl,
  apiPath,
  apiResource,
  issuer,
  apiScopes,
}: {
  baseUrl: string;
  apiPath: string;
  apiResource: string | null;
  issuer: string;
  apiScopes: readonly string[];
}): ProtectedResource | null {
  if (!apiResource) return null;
  const path = `/.well-known/oauth-protected-resource${apiPath}`;
  const metadata = {
    resource: apiResource,
    authorization_servers: [issuer],
    bearer_methods_supported: ['header'],
    ...(apiScopes.length > 0 && { scopes_supported: apiScopes }),
  };
  return { apiPath, path, url: baseUrl + path, metadata };
}

/** GET of the metadata: for anybody, and the same for all. */
export function resourceMetadata({ path, metadata }: ProtectedResource): RequestHandler {
  const router = Router({ caseSensitive: true, strict: true });
  router.get(path, (_req, res) => void res.json(metadata));
  return router;
}
