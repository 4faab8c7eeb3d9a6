import { z } from 'zod';
import { type Application, findApplication, redirectUriOf } from '../find-application.ts';
import { succeed, take } from '../logto/management-api.ts';
import { type Area, added, type Context, type Difference, type Finding } from './area.ts';

export interface ApplicationArea extends Area {
  /** The application as it is now; null as long as there is none. */
  current(): Promise<Application | null>;
}

type Metadata = Application['oidcClientMetadata'];

/** The app's client at Logto: a Traditional web application with the app's addresses. */
export function applicationArea(context: Context, createNew = false): ApplicationArea {
  const { settings } = context;
  let id = settings.appId;
  let mustCreate = createNew;

  const current = async () => (mustCreate ? null : findApplication(context, id));

  const create = async () => {
    const made = await createApplication(context);
    id = made.id;
    mustCreate = false;
  };

  return {
    current,
    async look(): Promise<Finding> {
      const found = await current();
      if (!found) {
        const wanted = withOurs(NOTHING, settings.baseUrl);
        return {
          title: `Application "${settings.appName}"`,
          action: 'create',
          differences: differencesOf(NOTHING, wanted),
          notes: [],
          write: create,
        };
      }
      const metadata = found.oidcClientMetadata;
      const wanted = withOurs(metadata, settings.baseUrl);
      const differences = differencesOf(metadata, wanted);
      return {
        title: `Application "${found.name}"`,
        action: differences.length > 0 ? 'change' : 'keep',
        differences,
        notes: notesOf(found, settings),
        write: differences.length > 0 ? () => updateApplication(context, found.id, wanted) : null,
      };
    },
  };
}

const NOTHING: Metadata = { redirectUris: [], postLogoutRedirectUris: [] };

/** Everything that is there, and ours added. A back-channel URI of somebody else stays: there is only one. */
function withOurs(metadata: Metadata, baseUrl: string): Metadata {
  const backchannelLogoutUri = `${baseUrl}/backchannel-logout`;
  const isOurs = [undefined, '', backchannelLogoutUri].includes(metadata.backchannelLogoutUri);
  return {
    ...metadata,
    redirectUris: union(metadata.redirectUris, redirectUriOf(baseUrl)),
    postLogoutRedirectUris: union(metadata.postLogoutRedirectUris, `${baseUrl}/`),
    // Only with both does an ID token carry the `sid` that a logout token names.
    ...(isOurs && { backchannelLogoutUri, backchannelLogoutSessionRequired: true }),
  };
}

function differencesOf(before: Metadata, after: Metadata): Difference[] {
  const news = (what: string, from: string[], to: string[]) =>
    to.filter((uri) => !from.includes(uri)).map((uri) => added(what, uri));
  return [
    ...news('redirect URI', before.redirectUris, after.redirectUris),
    ...news('post sign-out URI', before.postLogoutRedirectUris, after.postLogoutRedirectUris),
    ...(after.backchannelLogoutUri && after.backchannelLogoutUri !== before.backchannelLogoutUri
      ? [added('back-channel URI', after.backchannelLogoutUri)]
      : []),
    ...(after.backchannelLogoutSessionRequired && !before.backchannelLogoutSessionRequired
      ? [added('back-channel session', 'required')]
      : []),
  ];
}

function notesOf(found: Application, { appName, appId, baseUrl }: Context['settings']): string[] {
  const notes: string[] = [];
  if (found.name !== appName && appId === null) {
    notes.push(`Found by its redirect URI; its name in Logto is not "${appName}", and stays.`);
  }
  const { backchannelLogoutUri: uri } = found.oidcClientMetadata;
  if (uri && uri !== `${baseUrl}/backchannel-logout`) {
    notes.push(
      `Its back-channel URI is ${uri} and stays, so sign-outs elsewhere don't reach this app. One application has room for one: give this app its own (another APP_NAME), or empty that URI in Logto Console and run again.`,
    );
  }
  return notes;
}

async function createApplication({ api, settings }: Context): Promise<{ id: string }> {
  return take(
    'POST /api/applications',
    z.object({ id: z.string() }),
    api.POST('/api/applications', {
      body: {
        name: settings.appName,
        type: 'Traditional',
        oidcClientMetadata: asBody(withOurs(NOTHING, settings.baseUrl)),
      },
    }),
  );
}

async function updateApplication({ api }: Context, id: string, metadata: Metadata): Promise<void> {
  await succeed(
    'PATCH /api/applications/:id',
    // Logto replaces this object whole, so all of it goes back.
    api.PATCH('/api/applications/{id}', {
      params: { path: { id } },
      body: { oidcClientMetadata: asBody(metadata) },
    }),
  );
}

/** @logto/api 1.42 types a URI of this list as an object; on the wire it must be a string. */
function asBody(metadata: Metadata) {
  const asObjects = (uris: string[]) => uris.map((uri) => ({ toJSON: () => uri }));
  const { backchannelLogoutUri, backchannelLogoutSessionRequired, logoUri } = metadata;
  return {
    redirectUris: asObjects(metadata.redirectUris),
    postLogoutRedirectUris: asObjects(metadata.postLogoutRedirectUris),
    ...(backchannelLogoutUri !== undefined && { backchannelLogoutUri }),
    ...(backchannelLogoutSessionRequired !== undefined && { backchannelLogoutSessionRequired }),
    ...(logoUri !== undefined && { logoUri }),
  };
}

function union(list: string[], item: string): string[] {
  return list.includes(item) ? list : [...list, item];
}
