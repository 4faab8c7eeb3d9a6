import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { secrets } from '../../../src/doorstep/operator.ts';
import { fillIn, readEnvFile, writePrivately } from '../../shared/env-file.ts';
import { SetupError } from '../errors.ts';
import { take } from '../logto/management-api.ts';
import type { ApplicationArea } from './application.ts';
import { type Area, added, type Context, type Finding, HIDDEN } from './area.ts';

const appSecret = z.object({
  name: z.string(),
  value: z.string(),
  expiresAt: z.number().nullable().default(null),
});

type AppSecret = z.infer<typeof appSecret>;

export interface EnvFileOptions {
  path: string;
  application: ApplicationArea;
  /** What a person has typed in, or the environment brings, and the app needs too. */
  answers: Record<string, string>;
  now(): number;
}

/** The app's own settings: who it is at Logto, and the secret of its sessions. */
export function envFileArea(context: Context, options: EnvFileOptions): Area {
  const { api, settings } = context;
  const { path, application, answers, now } = options;

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

  return {
    async look(): Promise<Finding> {
      const file = await readEnvFile(path);
      const wanted = [
        ...Object.keys(answers),
        'LOGTO_APP_ID',
        'LOGTO_APP_SECRET',
        ...(settings.hasSessionSecret ? [] : ['SESSION_SECRET']),
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
        const values: Record<string, string> = {
          ...answers,
          LOGTO_APP_ID: found.id,
          LOGTO_APP_SECRET: missing.includes('LOGTO_APP_SECRET')
            ? await livingSecret(found.id)
            : '',
          SESSION_SECRET: newSessionSecret(),
        };
        const additions = missing.map((name) => [name, values[name] ?? '']);
        const fresh = await readEnvFile(path);
        await writePrivately(path, fillIn(fresh.text, Object.fromEntries(additions)));
      };

      const differing = Object.entries(answers).filter(
        ([name, value]) => file.values[name] && file.values[name] !== value,
      );

      const staysOpen = file.open && missing.length === 0;
      const notes = staysOpen ? [`Others on this machine can read it: chmod 600 ${path}`] : [];
      notes.push(
        ...differing.map(
          ([name, value]) =>
            `Its ${name} is ${file.values[name]}, not ${value} as in your environment, and stays: correct the one that is wrong.`,
        ),
      );
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
      return {
        title: path,
        action: missing.length === 0 ? 'keep' : file.exists ? 'change' : 'create',
        differences: missing.map((name) =>
          added(
            name,
            answers[name] ??
              (name === 'LOGTO_APP_ID' ? (found?.id ?? 'of the new application') : HIDDEN),
          ),
        ),
        notes,
        write: missing.length > 0 ? write : null,
      };
    },
  };
}

/** 64 characters, and none of the words by which the app knows a sample. */
function newSessionSecret(): string {
  for (;;) {
    const secret = randomBytes(48).toString('base64url');
    if (secrets.safeParse(secret).success) return secret;
  }
}
