import { z } from 'zod';
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

const FACTORY = 'huggingface-universal';
/** The general connector: with it Logto keeps Hugging Face's own access tokens. */
const OAUTH_FACTORY = 'oauth2';
/** How the sign-in experience names it. */
export const TARGET = 'huggingface';

/**
 * Without `email`: Logto takes any e-mail from Hugging Face for verified, and offers whoever bears
 * the same one to link the accounts, which hands the first account over.
 */
const DEFAULT_SCOPE = 'profile';
/** The general connector reads the user's id from userinfo, which takes `openid`. */
const DEFAULT_OAUTH_SCOPE = 'openid profile';

const connector = z.object({
  id: z.string(),
  connectorId: z.string(),
  target: z.string().default(''),
  syncProfile: z.boolean(),
  config: z.looseObject({
    clientId: z.string().optional(),
    clientSecret: z.string().optional(),
    scope: z.string().optional(),
  }),
});

type Connector = z.infer<typeof connector>;

export interface ConnectorArea extends Area {
  /** What must be registered at Hugging Face. */
  redirectUri(): Promise<string>;
}

/** The Hugging Face connector with the credentials of the OAuth app there. */
export function connectorArea(context: Context): ConnectorArea {
  const { settings } = context;

  return {
    async redirectUri() {
      const found = ownOf(await listConnectors(context));
      return redirectUriAtHuggingFace(settings.endpoint, found?.id);
    },
    async look(): Promise<Finding> {
      const connectors = await listConnectors(context);
      const found = ownOf(connectors);
      const config = configOf(found, settings.huggingFace);
      if (!found) {
        const isTaken = connectors.some(({ id }) => id === CONNECTOR_ID);
        return {
          title: 'Hugging Face connector',
          action: 'create',
          differences: [
            ...(isTaken ? [] : [added('ID', CONNECTOR_ID)]),
            ...differencesOf({}, config),
          ],
          notes: notesOf(config.scope),
          write: () => createConnector(context, isTaken ? null : CONNECTOR_ID, config),
        };
      }
      const differences = differencesOf(found.config, config);
      return {
        title: `Hugging Face connector "${found.id}"${isOAuth(found) ? ' (OAuth 2.0)' : ''}`,
        action: differences.length > 0 ? 'change' : 'keep',
        differences,
        notes: [...notesOf(config.scope), ...syncNote(found)],
        write: differences.length > 0 ? () => updateConnector(context, found.id, config) : null,
      };
    },
  };
}

/** What a connector has stays, except the credentials, and a scope that was asked for. */
function configOf(found: Connector | undefined, given: Context['settings']['huggingFace']) {
  return {
    ...found?.config,
    clientId: given.clientId,
    clientSecret: given.clientSecret,
    scope:
      given.scope ??
      found?.config.scope ??
      (found && isOAuth(found) ? DEFAULT_OAUTH_SCOPE : DEFAULT_SCOPE),
  };
}

function differencesOf(
  before: Connector['config'],
  after: ReturnType<typeof configOf>,
): Difference[] {
  const difference = (what: string, from: string | undefined, to: string) =>
    from ? changed(what, from, to) : [added(what, to)];
  return [
    ...difference('client ID', before.clientId, after.clientId),
    ...(before.clientSecret === after.clientSecret
      ? []
      : difference('client secret', before.clientSecret && '(another one)', HIDDEN)),
    ...difference('scope', before.scope, after.scope),
  ];
}

function notesOf(scope: string): string[] {
  return scope.split(/\s+/).includes('email')
    ? [
        'Its scope has "email". Logto takes any e-mail from Hugging Face for verified, so whoever bears the same one there can take over an account. HF_SCOPE=profile is safer.',
      ]
    : [];
}

function syncNote({ syncProfile }: Connector): string[] {
  return syncProfile
    ? []
    : [
        'Names and pictures are taken over at the first sign-in only, since its profile sync is off, and stays so.',
      ];
}

const isOAuth = ({ connectorId }: Connector): boolean => connectorId === OAUTH_FACTORY;

/** By the target, which Logto has once: either connector signs the same people in. */
function ownOf(connectors: Connector[]): Connector | undefined {
  return connectors.find(({ target }) => target === TARGET);
}

async function listConnectors({ api }: Context): Promise<Connector[]> {
  return take('GET /api/connectors', z.array(connector), api.GET('/api/connectors'));
}

async function createConnector(
  { api }: Context,
  id: string | null,
  config: Record<string, unknown>,
) {
  const body = { connectorId: FACTORY, config, syncProfile: true };
  await succeed(
    'POST /api/connectors',
    api.POST('/api/connectors', { body: id === null ? body : { id, ...body } }),
  );
}

async function updateConnector({ api }: Context, id: string, config: Record<string, unknown>) {
  await succeed(
    'PATCH /api/connectors/:id',
    api.PATCH('/api/connectors/{id}', { params: { path: { id } }, body: { config } }),
  );
}
