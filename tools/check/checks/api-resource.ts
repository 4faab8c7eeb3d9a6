import { z } from 'zod';
import { api } from '../../setup/bookstore.ts';
import type { Check } from '../checkup.ts';
import { error, ok, skipped, stop, warning } from '../outcome.ts';
import type { Management } from './management.ts';
import type { BegunSignIn } from './redirect-uri.ts';

const Resources = z.array(
  z.object({
    indicator: z.string(),
    scopes: z.array(z.object({ name: z.string() })).default([]),
  }),
);

/** The API has the scopes that the app asks for: Logto leaves unknown ones out without a word. */
export const apiResource: Check<[BegunSignIn, Management], never> = {
  name: 'API resource',
  async run([{ logto }, management]) {
    const indicator = logto.config.logto.apiResource;
    if (!indicator) return stop(ok('none needed: API_RESOURCE is not set'));
    const resources = await management.readAll('/api/resources?includeScopes=true', Resources);
    if (!resources) return stop(skipped('the Management API does not show it'));
    const found = resources.find((one) => one.indicator === indicator);
    if (!found) {
      const next = 'Correct API_RESOURCE, or create it: npm run logto:setup does.';
      return stop(error(`Logto has no API resource ${indicator}`, next));
    }
    const has = new Set(found.scopes.map(({ name }) => name));
    const missing = api.scopes.map(({ name }) => name).filter((name) => !has.has(name));
    if (missing.length === 0)
      return stop(ok(`${indicator}, with the scopes that the app asks for`));
    return stop(
      warning(
        `${indicator} lacks the scope ${missing.join(' and ')}: nobody can have it`,
        'Add it in Logto Console > API resources > Permissions, and to the roles that need it; npm run logto:setup does.',
      ),
    );
  },
};
