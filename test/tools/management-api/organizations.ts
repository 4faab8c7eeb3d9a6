import express, { type Router } from 'express';
import { z } from 'zod';
import { guarded, notFound, refuse, sendList } from './replies.ts';
import { type State, TENANT } from './state.ts';

const scopeCreation = z.object({
  name: z.string(),
  description: z.string().nullable().default(null),
});
const roleCreation = scopeCreation.extend({
  type: z.enum(['User', 'MachineToMachine']).default('User'),
  organizationScopeIds: z.array(z.string()).default([]),
});
const scopeIds = z.object({ organizationScopeIds: z.array(z.string()) });

/** The template that all organizations share. */
export function organizationRoutes(state: State, newId: (kind: string) => string): Router {
  const taken = () =>
    refuse(
      422,
      'entity.unique_integrity_violation',
      'The entity already exists. Please check the input and try again.',
    );
  const scopesOf = (id: string) => {
    const held = state.organizationRoleScopes.filter(({ roleId }) => roleId === id);
    return state.organizationScopes.filter((one) => held.some(({ scopeId }) => scopeId === one.id));
  };
  // A scope that a role has already is passed over.
  const assign = (roleId: string, ids: string[]) => {
    const held = new Set(scopesOf(roleId).map(({ id }) => id));
    const fresh = ids.filter((id) => !held.has(id));
    state.organizationRoleScopes.push(...fresh.map((scopeId) => ({ roleId, scopeId })));
  };
  const checkRole = (id: string) => {
    if (!state.organizationRoles.some((one) => one.id === id)) {
      throw notFound('organization_roles', id);
    }
    return id;
  };

  return express
    .Router()
    .get('/organization-scopes', (req, res) => {
      sendList(req, res, state.organizationScopes, 'optional');
    })
    .post('/organization-scopes', (req, res) => {
      const body = guarded(scopeCreation, req.body);
      if (state.organizationScopes.some(({ name }) => name === body.name)) throw taken();
      const scope = { tenantId: TENANT, id: newId('organization-scope'), ...body };
      state.organizationScopes.push(scope);
      res.status(201).json(scope);
    })
    .get('/organization-roles', (req, res) => {
      const roles = state.organizationRoles.map((one) => ({
        ...one,
        scopes: scopesOf(one.id).map(({ id, name }) => ({ id, name })),
        resourceScopes: [],
      }));
      sendList(req, res, roles, 'always');
    })
    .post('/organization-roles', (req, res) => {
      const { organizationScopeIds, ...body } = guarded(roleCreation, req.body);
      if (state.organizationRoles.some(({ name }) => name === body.name)) throw taken();
      const role = { tenantId: TENANT, id: newId('organization-role'), ...body };
      state.organizationRoles.push(role);
      assign(role.id, organizationScopeIds);
      res.status(201).json(role);
    })
    .get('/organization-roles/:id/scopes', (req, res) => {
      res.json(scopesOf(checkRole(req.params.id)));
    })
    .post('/organization-roles/:id/scopes', (req, res) => {
      assign(checkRole(req.params.id), guarded(scopeIds, req.body).organizationScopeIds);
      res.status(201).end();
    });
}
