import express, { type Router } from 'express';
import { z } from 'zod';
import { guarded, refuse } from './replies.ts';
import { type State, TENANT } from './state.ts';

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

/** The sign-in experience, which offers the connectors, and the account pages. */
export function signInRoutes(state: State): Router {
  return express
    .Router()
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
