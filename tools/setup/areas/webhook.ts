import { z } from 'zod';
import { isLoopback } from '../../../src/doorstep/operator.ts';
import { WEBHOOK_EVENTS, webhookUrlOf } from '../../shared/webhook.ts';
import { succeed, take } from '../logto/management-api.ts';
import type { Settings } from '../settings.ts';
import { type Area, added, type Context, changed, type Finding } from './area.ts';

const hook = z.object({
  id: z.string(),
  name: z.string(),
  events: z.array(z.string()),
  config: z.looseObject({ url: z.string() }),
  signingKey: z.string(),
  enabled: z.boolean(),
});

type Hook = z.infer<typeof hook>;

export interface WebhookArea extends Area {
  /** The webhook as it is now; null as long as there is none. */
  current(): Promise<Hook | null>;
}

/** Logto's call to the app when somebody is suspended or deleted, of which Logto else tells nobody. */
export function webhookArea(context: Context): WebhookArea {
  const { api, settings } = context;
  const url = webhookUrlOf(settings.baseUrl);
  const title = `Webhook "${settings.appName}"`;

  const current = async (): Promise<Hook | null> => {
    const hooks = await take('GET /api/hooks', z.array(hook), api.GET('/api/hooks'));
    return findHook(hooks, settings.appName, url);
  };

  return {
    current,
    async look(): Promise<Finding> {
      const found = await current();
      if (!found) {
        return {
          title,
          action: 'create',
          differences: [added('address', url), added('events', listOf([...WEBHOOK_EVENTS]))],
          notes: [],
          write: () =>
            succeed(
              'POST /api/hooks',
              api.POST('/api/hooks', {
                body: { name: settings.appName, events: [...WEBHOOK_EVENTS], config: { url } },
              }),
            ),
        };
      }
      const missing = WEBHOOK_EVENTS.filter((event) => !found.events.includes(event));
      const differences = [
        ...changed('address', found.config.url, url),
        ...(missing.length > 0 ? [added('events', listOf(missing))] : []),
      ];
      return {
        title,
        action: differences.length > 0 ? 'change' : 'keep',
        differences,
        notes: notesOf(found, url),
        write: differences.length > 0 ? () => update(context, found, url) : null,
      };
    },
  };
}

/**
 * Logto takes any number of one name. The one with our address is ours; one with another address is
 * where the app has moved from. Of several such nobody can tell, so they stay.
 */
function findHook(hooks: Hook[], name: string, url: string): Hook | null {
  const named = hooks.filter((one) => one.name === name);
  const ours = named.find(({ config }) => config.url === url);
  return ours ?? (named.length === 1 ? (named[0] ?? null) : null);
}

function notesOf({ config, enabled }: Hook, url: string): string[] {
  return [
    ...(enabled ? [] : ['It is switched off in Logto, and stays so.']),
    ...(config.url === url
      ? []
      : ['If another app uses it, stop here and give this one another APP_NAME.']),
  ];
}

/** Events and config are each replaced whole; what others added goes back with ours. */
async function update({ api }: Context, { id, events, config }: Hook, url: string): Promise<void> {
  const theirs = z.array(z.custom<(typeof WEBHOOK_EVENTS)[number]>()).parse(events);
  await succeed(
    'PATCH /api/hooks/:id',
    api.PATCH('/api/hooks/{id}', {
      params: { path: { id } },
      body: { events: [...new Set([...theirs, ...WEBHOOK_EVENTS])], config: { ...config, url } },
    }),
  );
}

const listOf = (events: readonly string[]): string => events.join(', ');

/** A Logto elsewhere finds no app at localhost. */
export function canReach({ endpoint, baseUrl }: Settings): boolean {
  const [logto, app] = [new URL(endpoint), new URL(baseUrl)];
  return isLoopback(logto.hostname) || !isLoopback(app.hostname);
}
