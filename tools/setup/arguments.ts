import { parseArgs } from 'node:util';
import { InputError } from './errors.ts';

export interface Arguments {
  help: boolean;
  dryRun: boolean;
  yes: boolean;
  json: boolean;
  socialOnly: boolean;
  defaultRole: boolean;
  /** Agrees in advance that one connector for Hugging Face is deleted and the other made. */
  replaceConnector: boolean;
  webhook: boolean;
  envFile: string;
}

/** @throws {InputError} for a flag that doesn't exist. */
export function readArguments(argv: string[]): Arguments {
  try {
    const { values } = parseArgs({
      args: argv,
      options: {
        help: { type: 'boolean', short: 'h', default: false },
        'dry-run': { type: 'boolean', default: false },
        yes: { type: 'boolean', short: 'y', default: false },
        json: { type: 'boolean', default: false },
        'social-only': { type: 'boolean', default: false },
        'default-role': { type: 'boolean', default: false },
        'replace-connector': { type: 'boolean', default: false },
        'no-webhook': { type: 'boolean', default: false },
        // Not --env-file: Node takes that for itself, wherever it stands.
        file: { type: 'string', default: '.env' },
      },
    });
    return {
      help: values.help,
      dryRun: values['dry-run'],
      yes: values.yes,
      json: values.json,
      socialOnly: values['social-only'],
      defaultRole: values['default-role'],
      replaceConnector: values['replace-connector'],
      webhook: !values['no-webhook'],
      envFile: values.file,
    };
  } catch (error) {
    const [message] = error instanceof Error ? error.message.split('. ') : [String(error)];
    throw new InputError(`${message}. --help lists what there is.`);
  }
}

export const help = `Makes a Logto ready for this app: Logto Cloud or your own.

  npm run logto:setup -- [options]

Shows what it would do, asks, and does it. Running it again changes nothing, and
completes what was interrupted. It deletes nothing, but for the connector that
HF_ACCESS_TOKENS replaces; about that it asks even with --yes.

Options
  --dry-run        show the plan and stop
  --yes, -y        ask nothing: for scripts
  --json           one JSON document instead of text; asks nothing
  --social-only    sign-in with Hugging Face only: no user name, no password
  --default-role   with API_RESOURCE: a role "reader" for every new person
  --replace-connector
                   with --yes: may replace the connector for Hugging Face by the
                   one that HF_ACCESS_TOKENS asks for
  --no-webhook     no webhook: suspended people stay until their next recheck
  --file PATH      where to read settings from and write to (default: .env)
  --help, -h       this text

Settings, from the environment or the .env file
  LOGTO_ENDPOINT          the address of your Logto
  LOGTO_M2M_APP_ID        a machine-to-machine application that has the role
  LOGTO_M2M_APP_SECRET    "Logto Management API access"
  HF_CLIENT_ID            of your OAuth app at Hugging Face
  HF_CLIENT_SECRET
  BASE_URL                where the app is (default: http://localhost:3000)
  APP_NAME                the application's name in Logto (default: Doorstep)
  HF_SCOPE                what Hugging Face is asked for (default: profile; with
                          HF_ACCESS_TOKENS openid profile inference-api)
  LOGTO_APP_ID            which application is yours, when it has another name

For a Logto of your own that nobody has set up yet, instead of LOGTO_M2M_*
  LOGTO_ADMIN_ENDPOINT    the address of its console
  LOGTO_DB_URL            its PostgreSQL, where the first credentials are

Optional parts
  LOGTO_SOCIAL_ONLY=true    the same as --social-only
  API_RESOURCE              an API with scopes and roles, for example
                            https://books.example/api
  LOGTO_ORGANIZATIONS=true  an organization template: admin and member
  HF_ACCESS_TOKENS=true     the connector with which Logto keeps people's access
                            tokens of Hugging Face
  HF_ALLOWED_ORGANIZATIONS  organizations at Hugging Face, by handle, separated
                            by commas: their IDs are looked up and written down
  HF_ENDPOINT               Hugging Face (default: https://huggingface.co)
  LOGTO_MANAGEMENT_API      only for Logto Cloud behind a domain of your own:
                            https://YOUR-TENANT.logto.app/api

Ends with 0 when all is done or nothing is to do, 1 when something failed,
2 when something is missing or wrong in what it was given.
docs/logto-setup.md explains every step.
`;
