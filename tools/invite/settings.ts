import { parseArgs } from 'node:util';
import { z } from 'zod';
import {
  absoluteUri,
  type Environment,
  emailAddress,
  origin,
  wholeNumber,
} from '../../src/doorstep/operator.ts';
import { InputError } from '../setup/errors.ts';
import { managementApiOf } from '../setup/settings.ts';

export const HELP = `Prints a link that signs in whoever has that e-mail address.

  npm run invite -- <email> [options]      npx doorstep invite <email> [options]

Logto makes a user for any address that it mints a token for, so you are asked
before that. Nothing is sent: pass the link on yourself. It works once.

Options
  --organization ID  the person becomes a member of this organization
  --minutes N        how long the link works, 1 to 10080 (default: 10)
  --yes, -y          make a new user without asking: for scripts
  --help, -h         this text

Settings, from the environment or the .env file
  LOGTO_ENDPOINT, BASE_URL  as the app has them
  LOGTO_M2M_APP_ID          a machine-to-machine application that has the role
  LOGTO_M2M_APP_SECRET      "Logto Management API access"
  LOGTO_MANAGEMENT_API      only for Logto Cloud behind a domain of your own

Ends with 0 when the link is printed, 1 when something failed or you said no,
2 when something is missing or wrong in what it was given.
docs/sign-in-links.md says what the person sees.
`;

const needed = 'is missing';
const Settings = z.object({
  LOGTO_ENDPOINT: z.string(needed).pipe(origin('https://your-tenant.logto.app')),
  LOGTO_M2M_APP_ID: z.string(needed),
  LOGTO_M2M_APP_SECRET: z.string(needed),
  LOGTO_MANAGEMENT_API: absoluteUri.optional(),
  NODE_ENV: z.string().optional(),
  PORT: wholeNumber(1, 65_535, 3000).default(3000),
  BASE_URL: origin('https://app.example.com').optional(),
});

const Options = z.object({
  email: z.string('is missing').trim().pipe(emailAddress),
  organization: z
    .string()
    .regex(/^[\w-]{1,21}$/, 'is the ID of an organization at Logto')
    .optional(),
  minutes: z.coerce
    .number('is a number')
    .int('is a whole number')
    .min(1, 'is 1 or more')
    .max(10_080, 'is 10080 (a week) or less')
    .default(10),
});

export interface Invitation {
  /** In lower case: Logto compares it exactly. */
  email: string;
  organization: string | null;
  minutes: number;
  yes: boolean;
  endpoint: string;
  managementApi: string;
  id: string;
  secret: string;
  /** The app's origin. */
  baseUrl: string;
}

/** @returns null when help is wanted. @throws {InputError} with all that is wrong or missing. */
export function readInvitation(argv: string[], environment: Environment): Invitation | null {
  const { values, positionals } = parse(argv);
  if (values.help) return null;
  const [email, ...others] = positionals;
  if (others.length > 0) throw new InputError('One e-mail address at a time.');
  // A value that is set to nothing is none.
  const env = Object.fromEntries(Object.entries(environment).filter(([, value]) => value));
  // In production a link to this machine would be a mistake.
  const isWithoutAddress = env.NODE_ENV === 'production' && !env.BASE_URL;
  const settings = Settings.safeParse(env);
  const options = Options.safeParse({ ...values, email });
  if (!settings.success || !options.success || isWithoutAddress) {
    const issues = [...(options.error?.issues ?? []), ...(settings.error?.issues ?? [])];
    const problems = issues.map(({ path, message }) => `${path.join('.')} ${message}`);
    if (isWithoutAddress) problems.push('BASE_URL is missing');
    throw new InputError('This is missing or wrong:', problems);
  }
  const { LOGTO_ENDPOINT: endpoint } = settings.data;
  return {
    ...options.data,
    organization: options.data.organization ?? null,
    yes: values.yes,
    endpoint,
    managementApi: settings.data.LOGTO_MANAGEMENT_API ?? managementApiOf(endpoint),
    id: settings.data.LOGTO_M2M_APP_ID,
    secret: settings.data.LOGTO_M2M_APP_SECRET,
    baseUrl: settings.data.BASE_URL ?? `http://localhost:${settings.data.PORT}`,
  };
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        help: { type: 'boolean', short: 'h', default: false },
        yes: { type: 'boolean', short: 'y', default: false },
        organization: { type: 'string' },
        minutes: { type: 'string' },
      },
    });
  } catch (error) {
    const [message] = error instanceof Error ? error.message.split('. ') : [String(error)];
    throw new InputError(`${message}. --help lists what there is.`);
  }
}
