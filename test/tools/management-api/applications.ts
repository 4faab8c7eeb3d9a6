import express, { type Router } from 'express';
import { z } from 'zod';
import { guarded, notFound, refuse, sendList } from './replies.ts';
import { type Application, CREATED_AT, type State, TENANT } from './state.ts';

const uris = z.array(z.string().refine((value) => URL.canParse(value), 'Invalid input'));
const metadata = z.object({
  redirectUris: uris,
  postLogoutRedirectUris: uris,
  backchannelLogoutUri: z.url().optional(),
  backchannelLogoutSessionRequired: z.boolean().optional(),
  logoUri: z.string().optional(),
});
const TYPES = ['Native', 'SPA', 'Traditional', 'MachineToMachine', 'Protected', 'SAML'];

const creation = z.object({
  name: z.string(),
  type: z.enum(TYPES),
  description: z.string().nullable().default(null),
  oidcClientMetadata: metadata.default({ redirectUris: [], postLogoutRedirectUris: [] }),
});
const change = z.object({
  name: z.string().optional(),
  oidcClientMetadata: metadata.optional(),
});
const secretCreation = z.object({
  name: z.string(),
  expiresAt: z.number().nullable().default(null),
});

export function applicationRoutes(state: State, newId: (kind: string) => string): Router {
  const find = (id: string): Application => {
    const found = state.applications.find((one) => one.id === id);
    if (!found) throw notFound('applications', id);
    return found;
  };
  const addSecret = (applicationId: string, name: string, expiresAt: number | null) => {
    const value = newId('application-secret');
    const secret = {
      tenantId: TENANT,
      applicationId,
      name,
      value,
      createdAt: CREATED_AT,
      expiresAt,
    };
    state.secrets.push(secret);
    return secret;
  };

  return express
    .Router()
    .get('/applications', (req, res) => {
      // The newest first, as Logto lists them.
      sendList(req, res, [...state.applications].reverse(), 'optional');
    })
    .post('/applications', (req, res) => {
      const application = {
        tenantId: TENANT,
        id: newId('application'),
        ...guarded(creation, req.body),
        customClientMetadata: {},
        protectedAppMetadata: null,
        customData: {},
        isThirdParty: false,
        appLevelAccessControlEnabled: false,
        createdAt: CREATED_AT,
      };
      state.applications.push(application);
      addSecret(application.id, 'Default secret', null);
      res.json(application);
    })
    .get('/applications/:id', (req, res) => {
      res.json({ ...find(req.params.id), isAdmin: false });
    })
    .patch('/applications/:id', (req, res) => {
      // Replaces oidcClientMetadata whole: what isn't sent is gone.
      res.json(Object.assign(find(req.params.id), guarded(change, req.body)));
    })
    .get('/applications/:id/secrets', (req, res) => {
      const { id } = find(req.params.id);
      res.json(state.secrets.filter(({ applicationId }) => applicationId === id));
    })
    .post('/applications/:id/secrets', (req, res) => {
      const { id } = find(req.params.id);
      const { name, expiresAt } = guarded(secretCreation, req.body);
      if (state.secrets.some((one) => one.applicationId === id && one.name === name)) {
        throw refuse(422, 'application.secret_name_exists', 'Secret name already exists.');
      }
      res.status(201).json(addSecret(id, name, expiresAt));
    });
}
