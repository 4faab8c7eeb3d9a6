import { z } from 'zod';
import {
  type Connector,
  connector,
  isGeneral,
  kindOf,
  TARGET,
  type Wanted,
  wantedConnector,
} from '../connectors.ts';
import { LogtoRefusal, SetupError } from '../errors.ts';
import { CONNECTOR_ID, redirectUriAtHuggingFace } from '../hugging-face.ts';
import { succeed, take } from '../logto/management-api.ts';
import {
  type Area,
  added,
  type Context,
  changed,
  type Difference,
  type Finding,
  HIDDEN,
} from './area.ts';
import { notesOf, replacementNotes } from './connector-notes.ts';

export interface ConnectorArea extends Area {
  /** What must be registered at Hugging Face. */
  atHuggingFace(): Promise<{ redirectUri: string; scope: string }>;
  /** When it was last looked at, another kind of connector was there than is wanted. */
  isToBeReplaced(): boolean;
}

/**
 * The connector for Hugging Face, with the credentials of the OAuth app there. With HF_ACCESS_TOKENS
 * it is Logto's general one, which can keep tokens, else the one that Logto has for Hugging Face. Both
 * have the target by which people are known, so they keep their accounts when one replaces the other.
 */
export function connectorArea(context: Context): ConnectorArea {
  const { settings } = context;
  let isToBeReplaced = false;

  return {
    async atHuggingFace() {
      const found = ownOf(await listConnectors(context));
      return {
        redirectUri: redirectUriAtHuggingFace(settings.endpoint, found?.id),
        scope: wantedConnector(found, settings.huggingFace).config.scope ?? '',
      };
    },
    isToBeReplaced: () => isToBeReplaced,
    async look(): Promise<Finding> {
      const connectors = await listConnectors(context);
      const found = ownOf(connectors);
      const wanted = wantedConnector(found, settings.huggingFace);
      isToBeReplaced = found !== undefined && found.connectorId !== wanted.connectorId;
      if (!found) return creation(context, connectors, wanted);
      const title = `Hugging Face connector "${found.id}"`;
      const kind = isGeneral(found) ? ` (${kindOf(found)})` : '';
      if (isToBeReplaced) {
        return {
          title: title + kind,
          action: 'replace',
          differences: [
            ...changed('kind', kindOf(found), kindOf(wanted)),
            ...differencesOf(found, wanted),
          ],
          notes: [...replacementNotes(found, wanted, settings), ...notesOf(wanted)],
          write: () => replaceConnector(context, found, wanted),
        };
      }
      const differences = differencesOf(found, wanted);
      return {
        title: title + kind,
        action: differences.length > 0 ? 'change' : 'keep',
        differences,
        notes: notesOf(wanted),
        write: differences.length > 0 ? () => updateConnector(context, found.id, wanted) : null,
      };
    },
  };
}

function creation(context: Context, connectors: Connector[], wanted: Wanted): Finding {
  const isTaken = connectors.some(({ id }) => id === CONNECTOR_ID);
  return {
    title: 'Hugging Face connector',
    action: 'create',
    differences: [
      ...(isTaken ? [] : [added('ID', CONNECTOR_ID)]),
      ...(wanted.enableTokenStorage ? [added('kind', kindOf(wanted))] : []),
      ...differencesOf(null, wanted),
    ],
    notes: notesOf(wanted),
    write: () => createConnector(context, isTaken ? null : CONNECTOR_ID, wanted),
  };
}

function differencesOf(found: Connector | null, wanted: Wanted): Difference[] {
  const before: Partial<Wanted['config']> = found?.config ?? {};
  const after = wanted.config;
  const difference = (what: string, from: string | undefined, to = '') =>
    from ? changed(what, from, to) : [added(what, to)];
  return [
    ...difference('client ID', before.clientId, after.clientId),
    ...(before.clientSecret === after.clientSecret
      ? []
      : difference('client secret', before.clientSecret && '(another one)', HIDDEN)),
    ...difference('scope', before.scope, after.scope),
    ...changed('tokens', keeps(found?.enableTokenStorage), keeps(wanted.enableTokenStorage)),
    ...(wanted.enableTokenStorage && found?.connectorId === wanted.connectorId
      ? [
          ...difference(
            'authorization at',
            before.authorizationEndpoint,
            after.authorizationEndpoint,
          ),
          ...difference('token at', before.tokenEndpoint, after.tokenEndpoint),
          ...difference('userinfo at', before.userInfoEndpoint, after.userInfoEndpoint),
          ...changed('token answer', before.tokenEndpointResponseType ?? 'query-string', 'json'),
          ...changed('user ID is', before.profileMap?.id ?? 'id', 'sub'),
        ]
      : []),
  ];
}

const keeps = (storage = false): string => (storage ? 'kept' : 'not kept');

/** By the target, which Logto has once: either connector signs the same people in. */
function ownOf(connectors: Connector[]): Connector | undefined {
  return connectors.find(({ target }) => target === TARGET);
}

async function listConnectors({ api }: Context): Promise<Connector[]> {
  return take('GET /api/connectors', z.array(connector), api.GET('/api/connectors'));
}

async function createConnector({ api }: Context, id: string | null, wanted: Wanted): Promise<void> {
  const { metadata, ...rest } = wanted;
  const body = {
    ...rest,
    ...(metadata && { metadata: { ...metadata, target: TARGET } }),
    ...(id !== null && { id }),
  };
  await succeed('POST /api/connectors', api.POST('/api/connectors', { body }));
}

/** Logto replaces `config` whole, so all of it goes back. `metadata` stays as it is. */
async function updateConnector(
  { api }: Context,
  id: string,
  { config, enableTokenStorage }: Wanted,
): Promise<void> {
  await succeed(
    'PATCH /api/connectors/:id',
    api.PATCH('/api/connectors/{id}', {
      params: { path: { id } },
      body: { config, ...(enableTokenStorage && { enableTokenStorage }) },
    }),
  );
}

const experience = z.object({ socialSignInConnectorTargets: z.array(z.string()) });

/**
 * Logto has a target once, so the one that is there goes first. If Logto then refuses the other one
 * (it lacks a SECRET_VAULT_KEK, say), nobody could sign in: the former one comes back.
 *
 * @throws {SetupError}
 */
async function replaceConnector(context: Context, found: Connector, wanted: Wanted): Promise<void> {
  const { api } = context;
  const { socialSignInConnectorTargets } = await take(
    'GET /api/sign-in-exp',
    experience,
    api.GET('/api/sign-in-exp'),
  );
  await succeed(
    'DELETE /api/connectors/:id',
    api.DELETE('/api/connectors/{id}', { params: { path: { id: found.id } } }),
  );
  try {
    await createConnector(context, found.id, wanted);
  } catch (error) {
    if (!(error instanceof LogtoRefusal)) throw error;
    await createConnector(context, found.id, formerly(found));
    await succeed(
      'PATCH /api/sign-in-exp',
      api.PATCH('/api/sign-in-exp', { body: { socialSignInConnectorTargets } }),
    );
    throw new SetupError(`${error.message} The former connector is back as it was.`);
  }
}

function formerly({ id: _, target: __, metadata, ...found }: Connector): Wanted {
  return isGeneral(found) ? { ...found, metadata } : found;
}
