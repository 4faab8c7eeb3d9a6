import { z } from 'zod';
import { fillIn, readEnvFile, writePrivately } from '../../shared/env-file.ts';
import { SetupError } from '../errors.ts';
import type { OrganizationLookup } from '../hugging-face.ts';
import { take } from '../logto/management-api.ts';
import type { ApplicationArea } from './application.ts';
import { type Area, added, type Context, changed, type Finding, HIDDEN } from './area.ts';
import { newSessionSecret, organizationsWithIds } from './env-values.ts';
import type { WebhookArea } from './webhook.ts';

const appSecret = z.object({
  name: z.string(),
  value: z.string(),
  expiresAt: z.number().nullable().default(null),
});

type AppSecret = z.infer<typeof appSecret>;

export interface EnvFileOptions {
  path: string;
  application: ApplicationArea;
  /** null where there is to be none. */
  webhook: WebhookArea | null;
  /** What a person has typed in, or the environment brings, and the app needs too. */
  answers: Record<string, string>;
  /** HF_ALLOWED_ORGANIZATIONS as the environment has it, which wins over the file. */
  givenOrganizations: string;
  organizationId: OrganizationLookup;
  now(): number;
}

const ORGANIZATIONS = 'HF_ALLOWED_ORGANIZATIONS';
const WEBHOOK_KEY = 'LOGTO_WEBHOOK_SIGNING_KEY';

/** The app's own settings: who it is at Logto, and the secret of its sessions. */
export function envFileArea(context: Context, options: EnvFileOptions): Area {
  const { api, settings } = context;
  const { path, application, webhook, answers, now } = options;

  const listSecrets = (id: string): Promise<AppSecret[]> =>
    take(
      'GET /api/applications/:id/secrets',
      z.array(appSecret),
      api.GET('/api/applications/{id}/secrets', { params: { path: { id } } }),
    );
  const isAlive = ({ expiresAt }: AppSecret) => expiresAt === null || expiresAt > now();

  /** A secret that works. All of them may have expired, and then one more is made. */
  const livingSecret = async (id: string): Promise<string> => {
    const all = await listSecrets(id);
    const living = all.find(isAlive);
    if (living) return living.value;
    const made = await take(
      'POST /api/applications/:id/secrets',
      appSecret,
      api.POST('/api/applications/{id}/secrets', {
        params: { path: { id } },
        body: { name: `Set-up ${new Date(now()).toISOString()}`, expiresAt: null },
      }),
    );
    return made.value;
  };
  const webhookKey = async (): Promise<string> => {
    const hook = await webhook?.current();
    if (!hook) throw new SetupError('The webhook is gone: run the same command again.');
    return hook.signingKey;
  };

  return {
    async look(): Promise<Finding> {
      const file = await readEnvFile(path);
      const organizations = await organizationsWithIds(settings.huggingFace, options);
      // Shown in the plan, since it is the one value of a person that is replaced.
      const isResolved = !organizations || file.values[ORGANIZATIONS] === organizations;
      const wanted = [
        ...Object.keys(answers),
        'LOGTO_APP_ID',
        'LOGTO_APP_SECRET',
        ...(settings.hasSessionSecret ? [] : ['SESSION_SECRET']),
        ...(webhook && settings.webhookKeys.length === 0 ? [WEBHOOK_KEY] : []),
      ];
      const found = await application.current();
      const otherId = file.values.LOGTO_APP_ID ?? null;
      const isOther = found !== null && otherId !== null && otherId !== found.id;
      const missing = wanted
        .filter((name) => !file.values[name])
        // An application's secret beside the id of another would only confuse.
        .filter((name) => !(isOther && name === 'LOGTO_APP_SECRET'));

      const write = async () => {
        if (!found) throw new SetupError('The application is gone: run the same command again.');
        const values: Record<string, () => string | Promise<string>> = {
          LOGTO_APP_ID: () => found.id,
          LOGTO_APP_SECRET: () => livingSecret(found.id),
          SESSION_SECRET: newSessionSecret,
          [WEBHOOK_KEY]: webhookKey,
        };
        const additions: Record<string, string> = isResolved
          ? {}
          : { [ORGANIZATIONS]: organizations };
        for (const name of missing) {
          additions[name] = (await values[name]?.()) ?? answers[name] ?? '';
        }
        const fresh = await readEnvFile(path);
        await writePrivately(path, fillIn(fresh.text, additions, [ORGANIZATIONS]));
      };

      const differing = Object.entries(answers).filter(
        ([name, value]) => file.values[name] && file.values[name] !== value,
      );

      const isComplete = missing.length === 0 && isResolved;
      const staysOpen = file.open && isComplete;
      const notes = staysOpen ? [`Others on this machine can read it: chmod 600 ${path}`] : [];
      notes.push(
        ...differing.map(
          ([name, value]) =>
            `Its ${name} is ${file.values[name]}, not ${value} as in your environment, and stays: correct the one that is wrong.`,
        ),
      );
      if (!settings.huggingFace.accessTokens && file.values.HF_ACCESS_TOKENS === 'true') {
        notes.push(
          'Its HF_ACCESS_TOKENS is true, unlike in your environment, and stays: correct the one that is wrong.',
        );
      }
      if (![organizations, ''].includes(options.givenOrganizations)) {
        notes.push(
          `Your environment has ${ORGANIZATIONS}=${options.givenOrganizations}, and comes before this file: put ${organizations} there.`,
        );
      }
      if (isOther) {
        notes.push(
          `Its LOGTO_APP_ID is ${otherId}, not ${found.id} as above, and stays: empty it and LOGTO_APP_SECRET, and run again.`,
        );
      } else if (found && file.values.LOGTO_APP_SECRET) {
        const living = (await listSecrets(found.id)).filter(isAlive);
        if (!living.some(({ value }) => value === file.values.LOGTO_APP_SECRET)) {
          notes.push(
            'Its LOGTO_APP_SECRET is not a secret of the application (or has expired), and stays: empty it, and run again.',
          );
        }
      }
      const hook = settings.webhookKeys.length > 0 ? await webhook?.current() : null;
      if (hook && !settings.webhookKeys.includes(hook.signingKey)) {
        notes.push(
          `${WEBHOOK_KEY} is not the key of the webhook, and stays: empty it, and run again.`,
        );
      }
      return {
        title: path,
        action: isComplete ? 'keep' : file.exists ? 'change' : 'create',
        differences: [
          ...missing.map((name) =>
            added(
              name,
              answers[name] ??
                (name === 'LOGTO_APP_ID' ? (found?.id ?? 'of the new application') : HIDDEN),
            ),
          ),
          ...(isResolved
            ? []
            : file.values[ORGANIZATIONS]
              ? changed(ORGANIZATIONS, file.values[ORGANIZATIONS], organizations)
              : [added(ORGANIZATIONS, organizations)]),
        ],
        notes,
        write: isComplete ? null : write,
      };
    },
  };
}
