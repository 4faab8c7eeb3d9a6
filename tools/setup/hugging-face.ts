import { z } from 'zod';
import { HUGGING_FACE } from '../shared/hugging-face-app.ts';
import { SetupError } from './errors.ts';

/** The connector's id is fixed, so that the URI to register is known before and never changes. */
export const CONNECTOR_ID = 'huggingface';

export const NEW_OAUTH_APP = `${HUGGING_FACE}/settings/applications/new`;
export const OAUTH_APPS = `${HUGGING_FACE}/settings/connected-applications`;

/** Where Hugging Face sends people back to: Logto, not the app. */
export function redirectUriAtHuggingFace(
  logtoEndpoint: string,
  connectorId = CONNECTOR_ID,
): string {
  return `${logtoEndpoint}/callback/${connectorId}`;
}

const CALL_MS = 15_000;
/** As the app takes it in HF_ALLOWED_ORGANIZATIONS. */
const overview = z.object({ _id: z.string().regex(/^[\da-f]{24}$/) });

/** @returns the id of an organization, by its handle. @throws {SetupError} */
export type OrganizationLookup = (handle: string) => Promise<string>;

/**
 * `_id` of `GET /api/organizations/{handle}/overview` (public; huggingface.co/docs/hub/api), which is
 * the `sub` of an organization in userinfo. It stays when the organization gets another name, and a
 * handle that is free again does not come with it. Each is asked for once.
 */
export function createOrganizationLookup(
  endpoint: string,
  fetch: (request: Request, init?: RequestInit) => Promise<Response>,
): OrganizationLookup {
  const known = new Map<string, string>();
  return async (handle) => {
    const id = known.get(handle) ?? (await askForId(handle, endpoint, fetch));
    known.set(handle, id);
    return id;
  };
}

async function askForId(
  handle: string,
  endpoint: string,
  fetch: (request: Request, init?: RequestInit) => Promise<Response>,
): Promise<string> {
  const otherwise = `or write its ID beside it in HF_ALLOWED_ORGANIZATIONS, ${handle}:ID`;
  const url = `${endpoint}/api/organizations/${encodeURIComponent(handle)}/overview`;
  const response = await fetch(new Request(url), { signal: AbortSignal.timeout(CALL_MS) }).catch(
    () => null,
  );
  if (!response) {
    throw new SetupError(
      `${endpoint} can't be asked for the ID of the organization ${handle}: try again, ${otherwise}.`,
    );
  }
  const { data } = overview.safeParse(await response.json().catch(() => null));
  if (response.ok && data) return data._id;
  throw new SetupError(
    response.status === 404
      ? `Hugging Face has no organization ${handle}: correct HF_ALLOWED_ORGANIZATIONS.`
      : `${endpoint} does not tell the ID of the organization ${handle} (status ${response.status}): try again, ${otherwise}.`,
  );
}
