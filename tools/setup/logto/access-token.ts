import { z } from 'zod';
import { SetupError } from '../errors.ts';
import { SEEDED_APP } from '../settings.ts';
import type { PatientFetch } from './patient-fetch.ts';

export const MANAGEMENT_ROLE = 'Logto Management API access';

/** A token with less than this to live is replaced. */
const LEEWAY_MS = 60_000;

export interface TokenOptions {
  tokenEndpoint: string;
  managementApi: string;
  id: string;
  secret: string;
  fetch: PatientFetch;
  now(): number;
}

const granted = z.object({
  access_token: z.string(),
  expires_in: z.number(),
  scope: z.string().optional(),
});
const refused = z.object({ error: z.string(), error_description: z.string().default('') });

/**
 * Gets access tokens of the Management API by the client credentials grant, one an hour.
 * (`createManagementApi` of @logto/api would do it too, but tells nothing of why it is refused.)
 */
export function createTokenSource(options: TokenOptions): () => Promise<string> {
  let token = { value: '', expiresAt: 0 };
  return async () => {
    if (token.expiresAt - LEEWAY_MS < options.now()) token = await requestToken(options);
    return token.value;
  };
}

/** @throws {SetupError} saying which of the credentials is wrong. */
async function requestToken(options: TokenOptions) {
  const { id, secret } = options;
  const basic = Buffer.from([id, secret].map(encodeURIComponent).join(':')).toString('base64');
  const response = await options.fetch(
    new Request(options.tokenEndpoint, {
      method: 'POST',
      headers: { authorization: `Basic ${basic}` },
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        resource: options.managementApi,
        scope: 'all',
      }),
    }),
  );
  const body: unknown = await response.json().catch(() => null);
  const answer = granted.safeParse(body);
  if (!response.ok || !answer.success) {
    throw new SetupError(explainRefusal(options, response.status, body));
  }
  const { access_token: value, expires_in: seconds, scope = '' } = answer.data;
  // Logto gives a token to every machine-to-machine application; only the role puts the scope in.
  if (!scope.split(' ').includes('all')) throw new SetupError(lacksRole(id));
  return { value, expiresAt: options.now() + seconds * 1000 };
}

export function lacksRole(id: string): string {
  return `The application ${id} may not manage this Logto: give it the role "${MANAGEMENT_ROLE}" (Logto Console > Applications > ${id} > Roles), and run again.`;
}

function explainRefusal(
  { id, tokenEndpoint, managementApi }: TokenOptions,
  status: number,
  body: unknown,
) {
  const { origin } = new URL(tokenEndpoint);
  const { error = '', error_description: reason = '' } = refused.safeParse(body).data ?? {};
  if (/secret has expired/.test(reason)) {
    return `The secret of ${id} has expired: make a new one in Logto Console > Applications > ${id}, and put it into LOGTO_M2M_APP_SECRET.`;
  }
  if (error === 'invalid_client' && /^invalid client/.test(reason)) {
    return id === SEEDED_APP
      ? `Logto at ${origin} knows no application ${id}: LOGTO_ADMIN_ENDPOINT must be the address of the console's Logto.`
      : `Logto at ${origin} knows no application ${id}: correct LOGTO_M2M_APP_ID, or LOGTO_ENDPOINT.`;
  }
  if (error === 'invalid_client' && id === SEEDED_APP) {
    return `LOGTO_M2M_APP_SECRET is not the secret of ${id}: empty it, and give LOGTO_DB_URL, where set-up reads it.`;
  }
  if (error === 'invalid_client') {
    return `LOGTO_M2M_APP_SECRET is not a secret of ${id}: copy it again from Logto Console > Applications > ${id}.`;
  }
  if (error === 'invalid_target') {
    return `Logto at ${origin} has no API ${managementApi}: put the identifier of its Management API (Logto Console > API resources) into LOGTO_MANAGEMENT_API.`;
  }
  if (/grant type is not allowed/.test(reason)) {
    return `The application ${id} is not a machine-to-machine one: make one in Logto Console > Applications, and put it into LOGTO_M2M_APP_ID.`;
  }
  const said = error ? `${error}, ${reason}` : `status ${status}`;
  return error
    ? `Logto at ${origin} gives no access token (${said}): check LOGTO_M2M_APP_ID and LOGTO_M2M_APP_SECRET.`
    : `${origin} does not answer like a Logto (${said}): correct its address.`;
}
