import { z } from 'zod';
import { organizations as example, type Role } from '../bookstore.ts';
import { succeed, takeAll } from '../logto/management-api.ts';
import { type Area, added, type Context, type Difference, type Finding } from './area.ts';

const scope = z.object({ id: z.string(), name: z.string() });
const role = z.object({ id: z.string(), name: z.string(), scopes: z.array(scope) });

type Scope = z.infer<typeof scope>;

/** What every organization has: its scopes, and the roles of its members. */
export function organizationTemplateArea({ api }: Context): Area {
  const listScopes = () =>
    takeAll('GET /api/organization-scopes', z.array(scope), (query) =>
      api.GET('/api/organization-scopes', { params: { query } }),
    );
  const listRoles = () =>
    takeAll('GET /api/organization-roles', z.array(role), (query) =>
      api.GET('/api/organization-roles', { params: { query } }),
    );

  const createScope = (body: { name: string; description: string }) =>
    succeed('POST /api/organization-scopes', api.POST('/api/organization-scopes', { body }));

  const createRole = ({ name, description }: Role, organizationScopeIds: string[]) => {
    const body = {
      name,
      description,
      type: 'User' as const,
      organizationScopeIds,
      resourceScopeIds: [],
    };
    return succeed('POST /api/organization-roles', api.POST('/api/organization-roles', { body }));
  };

  const addScopes = (id: string, organizationScopeIds: string[]) =>
    succeed(
      'POST /api/organization-roles/:id/scopes',
      api.POST('/api/organization-roles/{id}/scopes', {
        params: { path: { id } },
        body: { organizationScopeIds },
      }),
    );

  return {
    async look(): Promise<Finding> {
      const scopes = await listScopes();
      const roles = await listRoles();
      const missingScopes = example.scopes.filter(({ name }) => !names(scopes).includes(name));
      const unfinished = example.roles.flatMap((wanted) => {
        const found = roles.find(({ name }) => name === wanted.name);
        const missing = wanted.scopes.filter((name) => !names(found?.scopes ?? []).includes(name));
        return found && missing.length === 0 ? [] : [{ wanted, found, missing }];
      });

      const write = async () => {
        for (const body of missingScopes) await createScope(body);
        const known = missingScopes.length > 0 ? await listScopes() : scopes;
        for (const { wanted, found, missing } of unfinished) {
          const ids = idsOf(known, missing);
          await (found ? addScopes(found.id, ids) : createRole(wanted, ids));
        }
      };
      const differences: Difference[] = [
        ...missingScopes.map(({ name }) => added('scope', name)),
        ...unfinished.map(({ wanted, found, missing }) =>
          found
            ? added(`scope of role ${wanted.name}`, missing.join(', '))
            : added('role', `${wanted.name} (${missing.join(', ')})`),
        ),
      ];
      const isFresh = scopes.length === 0 && roles.length === 0;
      return {
        title: 'Organization template',
        action: differences.length === 0 ? 'keep' : isFresh ? 'create' : 'change',
        differences,
        notes: [],
        write: differences.length > 0 ? write : null,
      };
    },
  };
}

function names(scopes: Scope[]): string[] {
  return scopes.map(({ name }) => name);
}

function idsOf(scopes: Scope[], wanted: string[]): string[] {
  return scopes.flatMap(({ id, name }) => (wanted.includes(name) ? [id] : []));
}
