import { z } from 'zod';
import type { Role } from '../bookstore.ts';
import { SetupError } from '../errors.ts';
import { succeed, take, takeAll } from '../logto/management-api.ts';
import { findResource } from './api-resource.ts';
import { type Area, added, type Context, changed, type Finding } from './area.ts';

const role = z.object({
  id: z.string(),
  name: z.string(),
  type: z.string(),
  isDefault: z.boolean(),
});
const roleScopes = z.array(z.object({ id: z.string(), name: z.string(), resourceId: z.string() }));

/** A role for people, with scopes of the API. `isDefault`: everybody new gets it. */
export function roleArea(
  context: Context,
  indicator: string,
  wanted: Role & { isDefault: boolean },
): Area {
  const { api } = context;

  const find = async () => {
    const roles = await takeAll('GET /api/roles', z.array(role), (query) =>
      api.GET('/api/roles', { params: { query } }),
    );
    const found = roles.find(({ name }) => name === wanted.name);
    if (found && found.type !== 'User') {
      throw new SetupError(
        `Logto has a role "${found.name}" for machines, and a name can be used once: rename that one in Logto Console, and run again.`,
      );
    }
    return found;
  };

  const scopesOf = (id: string, resourceId: string) =>
    take(
      'GET /api/roles/:id/scopes',
      roleScopes,
      api.GET('/api/roles/{id}/scopes', { params: { path: { id } } }),
    ).then(
      (scopes) =>
        new Set(scopes.filter((one) => one.resourceId === resourceId).map((one) => one.id)),
    );

  return {
    async look(): Promise<Finding> {
      const found = await find();
      const resource = await findResource(context, indicator);
      const held = found && resource ? await scopesOf(found.id, resource.id) : new Set<string>();
      // While only looking, the API may not be there yet, and its scopes have no ids.
      const missing = wanted.scopes
        .map((name) => ({
          name,
          id: resource?.scopes.find((scope) => scope.name === name)?.id ?? null,
        }))
        .filter(({ id }) => id === null || !held.has(id));
      const becomesDefault = wanted.isDefault && found?.isDefault !== true;

      const write = async () => {
        const scopeIds = missing.flatMap(({ id }) => (id === null ? [] : [id]));
        if (!found) {
          const { name, description, isDefault } = wanted;
          const body = { name, description, isDefault, type: 'User' as const, scopeIds };
          await succeed('POST /api/roles', api.POST('/api/roles', { body }));
          return;
        }
        const params = { path: { id: found.id } };
        if (scopeIds.length > 0) {
          const adding = api.POST('/api/roles/{id}/scopes', { params, body: { scopeIds } });
          await succeed('POST /api/roles/:id/scopes', adding);
        }
        if (becomesDefault) {
          const patching = api.PATCH('/api/roles/{id}', { params, body: { isDefault: true } });
          await succeed('PATCH /api/roles/:id', patching);
        }
      };
      const isComplete = found !== undefined && missing.length === 0 && !becomesDefault;
      return {
        title: `Role "${wanted.name}"`,
        action: isComplete ? 'keep' : found ? 'change' : 'create',
        differences: [
          ...missing.map(({ name }) => added('scope', name)),
          ...(becomesDefault ? changed('given to everybody new', 'no', 'yes') : []),
        ],
        notes: [],
        write: isComplete ? null : write,
      };
    },
  };
}
