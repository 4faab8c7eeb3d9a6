import { z } from 'zod';
import { api as example } from '../bookstore.ts';
import { succeed, take, takeAll } from '../logto/management-api.ts';
import { type Area, added, type Context, type Finding } from './area.ts';

const resource = z.object({
  id: z.string(),
  name: z.string(),
  indicator: z.string(),
  scopes: z.array(z.object({ id: z.string(), name: z.string() })).default([]),
});

export type Resource = z.infer<typeof resource>;

/** @returns the API with this identifier, or null */
export async function findResource({ api }: Context, indicator: string): Promise<Resource | null> {
  const resources = await takeAll('GET /api/resources', z.array(resource), (query) =>
    api.GET('/api/resources', { params: { query: { ...query, includeScopes: 'true' } } }),
  );
  return resources.find((one) => one.indicator === indicator) ?? null;
}

/** The API that tokens are for, with its scopes. */
export function apiResourceArea(context: Context, indicator: string): Area {
  const { api } = context;

  const createResource = () =>
    take(
      'POST /api/resources',
      resource,
      api.POST('/api/resources', { body: { name: example.name, indicator } }),
    );

  return {
    async look(): Promise<Finding> {
      const found = await findResource(context, indicator);
      const has = new Set(found?.scopes.map(({ name }) => name));
      const missing = example.scopes.filter(({ name }) => !has.has(name));

      const write = async () => {
        const { id: resourceId } = found ?? (await createResource());
        for (const body of missing) {
          await succeed(
            'POST /api/resources/:id/scopes',
            api.POST('/api/resources/{resourceId}/scopes', {
              params: { path: { resourceId } },
              body,
            }),
          );
        }
      };
      return {
        title: `API "${found?.name ?? example.name}"`,
        action: found ? (missing.length > 0 ? 'change' : 'keep') : 'create',
        differences: [
          ...(found ? [] : [added('identifier', indicator)]),
          ...missing.map(({ name }) => added('scope', name)),
        ],
        notes: [],
        write: found && missing.length === 0 ? null : write,
      };
    },
  };
}
