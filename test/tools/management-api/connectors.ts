import express, { type Router } from 'express';
import { z } from 'zod';
import { guarded, refuse } from './replies.ts';
import type { Connector, State } from './state.ts';

const metadata = z.looseObject({ target: z.string().optional() });
const connectorCreation = z.object({
  id: z.string().optional(),
  connectorId: z.string(),
  config: z.record(z.string(), z.unknown()).optional(),
  syncProfile: z.boolean().default(false),
  enableTokenStorage: z.boolean().optional(),
  metadata: metadata.optional(),
});
const connectorChange = z.object({
  config: z.record(z.string(), z.unknown()).optional(),
  syncProfile: z.boolean().optional(),
  enableTokenStorage: z.boolean().optional(),
  metadata: metadata.optional(),
});
const credentials = z.object({ clientId: z.string(), clientSecret: z.string() });
const oauth2 = credentials.extend({
  authorizationEndpoint: z.string(),
  tokenEndpoint: z.string(),
  userInfoEndpoint: z.string(),
});

/** Made for any service; the target is given, and there may be several. */
const GENERAL = 'oauth2';

const isGeneral = ({ connectorId }: { connectorId: string }): boolean => connectorId === GENERAL;

export function connectorRoutes(state: State, newId: (kind: string) => string): Router {
  const find = (id: string): Connector => {
    const found = state.connectors.find((one) => one.id === id);
    if (!found) throw refuse(404, 'entity.not_found', 'The resource does not exist.');
    return found;
  };

  return express
    .Router()
    .get('/connectors', (_req, res) => {
      res.json(state.connectors.map(dress));
    })
    .get('/connectors/:id', (req, res) => {
      res.json(dress(find(req.params.id)));
    })
    .post('/connectors', (req, res) => {
      const given = guarded(connectorCreation, req.body);
      const target = targetOf(given, state);
      const { connectorId } = given;
      if (!isGeneral(given) && state.connectors.some((one) => one.connectorId === connectorId)) {
        const message = 'Can not create multiple instance with picked standard connector.';
        throw refuse(422, 'connector.multiple_instances_not_supported', message);
      }
      const other = state.connectors.find((one) => one.target === target);
      if (other) {
        const message =
          'Can not have multiple social connectors with the same target and platform.';
        throw refuse(422, 'connector.multiple_target_with_same_platform', message, {
          data: { connectorId: other.connectorId, connectorName: { en: other.target } },
        });
      }
      if (given.config) checkConfig(given, given.config);
      if (given.enableTokenStorage) checkStorage(given, state);
      // Without a config, a broken connector is made.
      const id = given.id ?? newId('connector');
      const connector = { ...given, config: given.config ?? {}, id, target };
      state.connectors.push(connector);
      res.json(dress(connector));
    })
    .patch('/connectors/:id', (req, res) => {
      const connector = find(req.params.id);
      // Config and metadata are each replaced whole.
      const changes = guarded(connectorChange, req.body);
      if (changes.metadata) checkMetadata(connector, changes.metadata.target);
      if (changes.config) checkConfig(connector, changes.config);
      if (changes.enableTokenStorage) checkStorage(connector, state);
      res.json(dress(Object.assign(connector, changes)));
    })
    .delete('/connectors/:id', (req, res) => {
      const { id, target } = find(req.params.id);
      state.connectors = state.connectors.filter((one) => one.id !== id);
      const { signInExperience } = state;
      signInExperience.socialSignInConnectorTargets =
        signInExperience.socialSignInConnectorTargets.filter((one) => one !== target);
      res.status(204).end();
    });
}

function targetOf(given: z.infer<typeof connectorCreation>, { factories }: State): string {
  if (isGeneral(given)) {
    if (given.metadata?.target) return given.metadata.target;
    throw refuse(400, 'connector.should_specify_target', 'You should specify the target.');
  }
  const target = factories.get(given.connectorId);
  if (!target) {
    const message = 'Can not find connector with given standard connector id.';
    throw refuse(422, 'connector.not_found_with_connector_id', message);
  }
  if (given.metadata) throw refuseMetadata();
  return target;
}

const refuseMetadata = () =>
  refuse(
    400,
    'connector.cannot_overwrite_metadata_for_non_standard_connector',
    "This connector's metadata cannot be overwritten.",
  );

function checkMetadata(connector: Connector, target: string | undefined): void {
  if (!isGeneral(connector)) throw refuseMetadata();
  if (target === connector.target) return;
  throw refuse(
    400,
    'connector.can_not_modify_target',
    "The connector 'target' can not be modified.",
  );
}

function checkStorage(connector: { connectorId: string }, { vaultKey }: State): void {
  if (!isGeneral(connector)) {
    const message = 'Token storage is not supported by the connector.';
    throw refuse(422, 'connector.token_storage_not_supported', message);
  }
  // An invalid key passes here too, as at Logto, which notices only when it stores a token.
  if (vaultKey !== 'absent') return;
  throw refuse(422, 'request.feature_not_supported', 'The feature is not supported.');
}

function checkConfig(connector: { connectorId: string }, config: Record<string, unknown>): void {
  const parsed = (isGeneral(connector) ? oauth2 : credentials).safeParse(config);
  if (parsed.success) return;
  const [issue] = parsed.error.issues;
  throw refuse(400, 'connector.invalid_config', "The connector's config is invalid.", {
    data: { issues: parsed.error.issues, name: 'ZodError' },
    details: `Error in key path "${issue?.path.join('.')}": (${issue?.code}) ${issue?.message}`,
  });
}

function dress(connector: Connector) {
  return {
    enableTokenStorage: false,
    metadata: {},
    ...connector,
    name: { en: connector.target },
    description: '',
    logo: '',
    logoDark: null,
    readme: '',
    formItems: '',
    platform: 'Universal',
    type: 'Social',
    isDemo: false,
    isTokenStorageSupported: isGeneral(connector),
    extraInfo: {},
  };
}
