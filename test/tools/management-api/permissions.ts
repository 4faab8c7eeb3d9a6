import express, { type Router } from 'express';
import { z } from 'zod';
import { guarded, notFound, refuse, sendList } from './replies.ts';
import { CREATED_AT, type Resource, type Role, type State, TENANT } from './state.ts';

const resourceCreation = z.object({
  name: z.string(),
  indicator: z.string(),
  accessTokenTtl: z.number().default(3600),
});
const scopeCreation = z.object({
  name: z.string(),
  description: z.string().nullable().default(null),
});
const roleCreation = z.object({
  name: z.string(),
  description: z.string(),
  type: z.enum(['User', 'MachineToMachine']).default('User'),
  isDefault: z.boolean().default(false),
  scopeIds: z.array(z.string()).default([]),
});
const roleChange = z.object({ isDefault: z.boolean().optional() });
const scopeIds = z.object({ scopeIds: z.array(z.string()) });

/** APIs with their scopes, and the roles that hold them. */
export function permissionRoutes(state: State, newId: (kind: string) => string): Router {
  const findResource = (id: string): Resource => {
    const found = state.resources.find((one) => one.id === id);
    if (!found) throw notFound('resources', id);
    return found;
  };
  const findRole = (id: string): Role => {
    const found = state.roles.find((one) => one.id === id);
    if (!found) throw notFound('roles', id);
    return found;
  };
  const scopesOf = (id: string) => state.resourceScopes.filter((one) => one.resourceId === id);
  const assign = (roleId: string, ids: string[]) => {
    for (const scopeId of ids) {
      if (!state.resourceScopes.some(({ id }) => id === scopeId)) throw notFound('scopes', scopeId);
      if (state.roleScopes.some((one) => one.roleId === roleId && one.scopeId === scopeId)) {
        const message = `The scope id ${scopeId} has already been added to this role`;
        throw refuse(422, 'role.scope_exists', message);
      }
    }
    state.roleScopes.push(...ids.map((scopeId) => ({ roleId, scopeId })));
  };

  return express
    .Router()
    .get('/resources', (req, res) => {
      const withScopes = req.query.includeScopes === 'true';
      const resources = state.resources.map((one) =>
        withScopes ? { ...one, scopes: scopesOf(one.id) } : one,
      );
      sendList(req, res, resources, 'optional');
    })
    .post('/resources', (req, res) => {
      const body = guarded(resourceCreation, req.body);
      if (state.resources.some(({ indicator }) => indicator === body.indicator)) {
        const message = `The API identifier ${body.indicator} is already in use`;
        throw refuse(422, 'resource.resource_identifier_in_use', message);
      }
      const resource = { tenantId: TENANT, id: newId('resource'), isDefault: false, ...body };
      state.resources.push(resource);
      res.status(201).json({ ...resource, scopes: [] });
    })
    .post('/resources/:id/scopes', (req, res) => {
      const { id: resourceId } = findResource(req.params.id);
      const body = guarded(scopeCreation, req.body);
      if (body.name.includes(' ')) {
        const message = 'The name of the scope cannot contain any spaces.';
        throw refuse(400, 'scope.name_with_space', message);
      }
      if (scopesOf(resourceId).some(({ name }) => name === body.name)) {
        throw refuse(422, 'scope.name_exists', `The scope name ${body.name} is already in use`);
      }
      const scope = {
        tenantId: TENANT,
        id: newId('scope'),
        resourceId,
        ...body,
        createdAt: CREATED_AT,
      };
      state.resourceScopes.push(scope);
      res.status(201).json(scope);
    })
    .get('/roles', (req, res) => {
      const { type } = req.query;
      const roles = state.roles.filter((one) => type === undefined || one.type === type);
      const none = {
        usersCount: 0,
        featuredUsers: [],
        applicationsCount: 0,
        featuredApplications: [],
      };
      sendList(
        req,
        res,
        roles.map((one) => ({ ...one, ...none })),
        'always',
      );
    })
    .post('/roles', (req, res) => {
      const { scopeIds: ids, ...body } = guarded(roleCreation, req.body);
      if (state.roles.some(({ name }) => name === body.name)) {
        throw refuse(422, 'role.name_in_use', `This role name ${body.name} is already in use`);
      }
      const role = { tenantId: TENANT, id: newId('role'), ...body };
      // The role stays behind when one of its scopes is unknown.
      state.roles.push(role);
      assign(role.id, ids);
      res.json(role);
    })
    .patch('/roles/:id', (req, res) => {
      res.json(Object.assign(findRole(req.params.id), guarded(roleChange, req.body)));
    })
    .get('/roles/:id/scopes', (req, res) => {
      const { id } = findRole(req.params.id);
      const held = new Set(
        state.roleScopes.filter(({ roleId }) => roleId === id).map(({ scopeId }) => scopeId),
      );
      const scopes = state.resourceScopes
        .filter((one) => held.has(one.id))
        .map((one) => ({ ...one, resource: findResource(one.resourceId) }));
      sendList(req, res, scopes, 'optional');
    })
    .post('/roles/:id/scopes', (req, res) => {
      const { id } = findRole(req.params.id);
      assign(id, guarded(scopeIds, req.body).scopeIds);
      res.status(201).json({});
    });
}
