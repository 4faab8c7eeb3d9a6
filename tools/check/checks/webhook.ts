import { z } from 'zod';
import type { Config } from '../../../src/site/config.ts';
import { WEBHOOK_EVENTS, webhookUrlOf } from '../../shared/webhook.ts';
import type { Check } from '../checkup.ts';
import { error, type Finding, ok, skipped, stop, warning } from '../outcome.ts';
import { tryDelivery } from '../webhook-delivery.ts';
import type { Logto } from './discovery.ts';
import type { Management } from './management.ts';

const Hook = z.object({
  id: z.string(),
  name: z.string(),
  events: z.array(z.string()),
  config: z.looseObject({ url: z.string() }),
  signingKey: z.string(),
  enabled: z.boolean(),
});

type Hook = z.infer<typeof Hook>;

const WHERE = 'Logto Console > Webhooks';
const OR_SETUP = '; npm run logto:setup does.';

/** Logto tells the app when somebody is suspended or deleted, and the app hears it. */
export const webhook: Check<[[Logto, Management | null], Config | null], never> = {
  name: 'Webhook',
  async run([[logto, management], app], world) {
    const { config } = logto;
    const url = webhookUrlOf(config.baseUrl);
    const keys = (world.environment.LOGTO_WEBHOOK_SIGNING_KEY ?? '')
      .split(',')
      .map((key) => key.trim())
      .filter(Boolean);
    const hooks = await management?.read('/api/hooks', z.array(Hook));
    const hook =
      hooks?.find((one) => one.config.url === url) ??
      hooks?.find(({ name }) => name === config.appName);
    if (keys.length === 0) return stop(withoutKey(hook, url));
    if (!management || !hooks)
      return stop(skipped('only the Management API shows whether Logto has one'));
    if (!hook) {
      return stop(warning(`Logto has none for ${url}`, `Make it in ${WHERE}${OR_SETUP}`));
    }
    const wrong = faultsOf(hook, url, keys);
    if (wrong.length > 0) return stop(...wrong);
    if (!app) {
      return stop(ok(`is there, for ${url}`), skipped('whether it arrives: the app does not run'));
    }
    return stop(...(await tryDelivery({ logto, management, hook }, world)));
  },
};

/** Not used is no fault; used by one side only is. */
function withoutKey(hook: Hook | undefined, url: string): Finding {
  if (hook?.config.url !== url || !hook.enabled) {
    return ok('none: suspended people stay until their next recheck (ACCOUNT_RECHECK_MINUTES)');
  }
  return warning(
    `Logto calls ${url}, but the app has no LOGTO_WEBHOOK_SIGNING_KEY and so no such route`,
    `Copy the signing key from ${WHERE}; npm run logto:setup writes it into .env.`,
  );
}

function faultsOf(hook: Hook, url: string, keys: string[]): Finding[] {
  const missing = WEBHOOK_EVENTS.filter((event) => !hook.events.includes(event));
  return [
    ...(hook.config.url === url
      ? []
      : [warning(`Logto calls ${hook.config.url}`, `Set it to ${url} in ${WHERE}${OR_SETUP}`)]),
    ...(hook.enabled ? [] : [warning('is switched off in Logto', `Switch it on in ${WHERE}.`)]),
    ...(keys.includes(hook.signingKey)
      ? []
      : [
          error(
            'LOGTO_WEBHOOK_SIGNING_KEY is not its signing key: the app refuses every delivery',
            `Copy it from ${WHERE}, or empty the variable in .env: then npm run logto:setup writes it.`,
          ),
        ]),
    ...(missing.length === 0
      ? []
      : [warning(`does not tell of ${missing.join(', ')}`, `Add them in ${WHERE}${OR_SETUP}`)]),
  ];
}
