import { z } from 'zod';
import type { Context } from './areas/area.ts';
import { SetupError } from './errors.ts';
import { take, takeAll } from './logto/management-api.ts';

const application = z.object({
  id: z.string(),
  name: z.string(),
  type: z.string(),
  isThirdParty: z.boolean().default(false),
  oidcClientMetadata: z.object({
    redirectUris: z.array(z.string()),
    postLogoutRedirectUris: z.array(z.string()),
    backchannelLogoutUri: z.string().optional(),
    backchannelLogoutSessionRequired: z.boolean().optional(),
    logoUri: z.string().optional(),
  }),
});

export type Application = z.infer<typeof application>;

/** More than one application could be ours. A person has to say which. */
export class AmbiguousApplication extends SetupError {
  override name = 'AmbiguousApplication';
  readonly candidates: Application[];

  constructor(candidates: Application[]) {
    const list = candidates.map(({ id, name }) => `${id} ("${name}")`).join(', ');
    super(
      `${candidates.length} applications could be this app's: ${list}. Put the ID of the right one into LOGTO_APP_ID and run again.`,
    );
    this.candidates = candidates;
  }
}

/**
 * Finds the app's own application: by its id when that is known, else among the Traditional ones by
 * name or redirect URI. Logto takes any number of the same name, so what is not found is made again.
 *
 * @param id known from LOGTO_APP_ID or from having made it
 * @returns null when there is none
 * @throws {AmbiguousApplication}
 * @throws {SetupError} when `id` is none of this Logto's, or of another type.
 */
export async function findApplication(
  { api, settings }: Context,
  id: string | null,
): Promise<Application | null> {
  if (id !== null) return getApplication(api, id);

  const applications = await takeAll('GET /api/applications', z.array(application), (query) =>
    api.GET('/api/applications', { params: { query } }),
  );
  const redirectUri = redirectUriOf(settings.baseUrl);
  const own = applications.filter(isOwnKind);
  const named = own.filter(({ name }) => name === settings.appName);
  const registered = own.filter((one) => hasRedirectUri(one, redirectUri));

  // Name and address together leave no doubt; otherwise either will do, if nothing else has it.
  const both = named.filter((one) => registered.includes(one));
  const candidates = both.length === 1 ? both : [...new Set([...named, ...registered])];
  if (candidates.length > 1) throw new AmbiguousApplication(candidates);
  return candidates[0] ?? null;
}

export function redirectUriOf(baseUrl: string): string {
  return `${baseUrl}/callback`;
}

async function getApplication(api: Context['api'], id: string): Promise<Application> {
  const call = 'GET /api/applications/:id';
  const answer = await api.GET('/api/applications/{id}', { params: { path: { id } } });
  if (answer.response.status === 404) {
    throw new SetupError(
      `LOGTO_APP_ID is ${id}, but this Logto has no such application: empty it, and set-up finds or makes one. In docker-compose.yml it lies in the volume "state", beside a database that is new: docker volume rm doorstep_state, and up again.`,
    );
  }
  const found = await take(call, application, Promise.resolve(answer));
  if (isOwnKind(found)) return found;
  throw new SetupError(
    `LOGTO_APP_ID is ${id}, but that application is ${found.isThirdParty ? 'a third-party one' : `of type ${found.type}`}: this app needs a traditional web application of your own.`,
  );
}

function isOwnKind({ type, isThirdParty }: Application): boolean {
  return type === 'Traditional' && !isThirdParty;
}

function hasRedirectUri({ oidcClientMetadata }: Application, uri: string): boolean {
  return oidcClientMetadata.redirectUris.includes(uri);
}
