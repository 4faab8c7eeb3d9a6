import express, { type Router } from 'express';
import { z } from 'zod';
import { guarded, refuse } from './replies.ts';
import { type Connector, type State, TENANT } from './state.ts';

const connectorCreation = z.object({
  id: z.string().optional(),
  connectorId: z.string(),
  config: z.record(z.string(), z.unknown()).default({}),
  syncProfile: z.boolean().default(false),
  enableTokenStorage: z.boolean().optional(),
  metadata: z.looseObject({ target: z.string().optional() }).default({}),
});
const connectorChange = z.object({
  config: z.record(z.string(), z.unknown()).optional(),
  syncProfile: z.boolean().optional(),
});
const credentials = z.object({ clientId: z.string(), clientSecret: z.string() });

const signInChange = z.object({
  signIn: z.object({ methods: z.array(z.record(z.string(), z.unknown())) }).optional(),
  signUp: z
    .object({ identifiers: z.array(z.string()), password: z.boolean(), verify: z.boolean() })
    .optional(),
  socialSignIn: z.record(z.string(), z.unknown()).optional(),
  socialSignInConnectorTargets: z.array(z.string()).optional(),
  signInMode: z.enum(['SignIn', 'Register', 'SignInAndRegister']).optional(),
});
const accountChange = z.object({
  enabled: z.boolean().optional(),
  fields: z.record(z.string(), z.enum(['Off', 'ReadOnly', 'Edit'])).optional(),
});

/** Connectors, the sign-in experience that offers them, and the account pages. */
export function signInRoutes(state: State, newId: (kind: string) => string): Router {
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
      const { metadata, ...given } = guarded(connectorCreation, req.body);
      const { connectorId, config } = given;
      const isGeneral = connectorId === 'oauth2';
      const target = isGeneral ? metadata.target : state.factories.get(connectorId);
      if (isGeneral && !target) {
        throw refuse(400, 'connector.should_specify_target', 'You should specify the target.');
      }
      if (!target) {
        const message = 'Can not find connector with given standard connector id.';
        throw refuse(422, 'connector.not_found_with_connector_id', message);
      }
      if (state.connectors.some((one) => one.connectorId === connectorId)) {
        const message = 'Can not create multiple instance with picked standard connector.';
        throw refuse(422, 'connector.multiple_instances_not_supported', message);
      }
      if (state.connectors.some((one) => one.target === target)) {
        const message =
          'Can not have multiple social connectors with the same target and platform.';
        throw refuse(422, 'connector.multiple_target_with_same_platform', message);
      }
      checkConfig(config);
      const connector = { ...given, id: given.id ?? newId('connector'), target };
      state.connectors.push(connector);
      res.json(dress(connector));
    })
    .patch('/connectors/:id', (req, res) => {
      const connector = find(req.params.id);
      const changes = guarded(connectorChange, req.body);
      if (changes.config) checkConfig(changes.config);
      res.json(dress(Object.assign(connector, changes)));
    })
    .get('/sign-in-exp', (_req, res) => {
      res.json({ tenantId: TENANT, id: 'default', ...state.signInExperience });
    })
    .patch('/sign-in-exp', (req, res) => {
      const changes = guarded(signInChange, req.body);
      if (changes.signUp?.identifiers.includes('email')) {
        const message = 'Enabled Email connector not found.';
        throw refuse(400, 'sign_in_experiences.enabled_connector_not_found', message);
      }
      Object.assign(state.signInExperience, changes);
      // A target without a connector is dropped without a word.
      const known = new Set(state.connectors.map(({ target }) => target));
      const targets = state.signInExperience.socialSignInConnectorTargets;
      state.signInExperience.socialSignInConnectorTargets = targets.filter((one) => known.has(one));
      res.json({ tenantId: TENANT, id: 'default', ...state.signInExperience });
    })
    .get('/account-center', (_req, res) => {
      res.json(dressAccountCenter(state));
    })
    .patch('/account-center', (req, res) => {
      // Replaces the fields whole.
      Object.assign(state.accountCenter, guarded(accountChange, req.body));
      res.json(dressAccountCenter(state));
    });
}

function checkConfig(config: Record<string, unknown>): void {
  const parsed = credentials.safeParse(config);
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
    ...connector,
    metadata: {},
    name: { en: connector.target },
    description: '',
    logo: '',
    logoDark: null,
    readme: '',
    formItems: '',
    platform: 'Universal',
    type: 'Social',
    isDemo: false,
    extraInfo: {},
  };
}

function dressAccountCenter({ accountCenter }: State) {
  return {
    tenantId: TENANT,
    id: 'default',
    ...accountCenter,
    webauthnRelatedOrigins: [],
    deleteAccountUrl: null,
    customCss: null,
    profileFields: null,
  };
}
