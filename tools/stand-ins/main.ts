import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { takenPort } from '../../demo/ports.ts';
import { startStandIns } from '../../demo/stand-ins.ts';
import { stopOnSignal } from '../../demo/stop-on-signal.ts';
import { absoluteUri, origin, wholeNumber } from '../../src/doorstep/operator.ts';
import { ignoreClosedPipes } from '../shared/terminal.ts';

const HELP = `npx doorstep stand-ins [options]

Runs stand-ins for Logto, Hugging Face and Redis on this machine until Ctrl-C,
and prints the variables with which your app uses them. Nothing leaves this
machine. What they hold is gone when they end.

Options
  --app URL              where your app is (default: http://localhost:3000)
  --api-resource URI     an API resource that Logto knows, for API_RESOURCE
  --logto-port N         \\
  --hugging-face-port N   > any free port unless given
  --redis-port N         /
  --env FILE             writes the variables to FILE as well, and deletes it at
                         the end unless it was changed; start your app with
                         node --env-file=FILE
  --help, -h             this text

Exit code: 0 after Ctrl-C, 1 when they can't start, 2 for a wrong option.
`;

/** Marks a file as written by this command, so that it may be replaced. */
const FIRST_LINE = '# Written by `doorstep stand-ins`, which deletes it at its end.';

/** Those of the `environment` of the stand-ins. */
const VARIABLES = [
  'BASE_URL',
  'SESSION_SECRET',
  'REDIS_URL',
  'LOGTO_ENDPOINT',
  'LOGTO_APP_ID',
  'LOGTO_APP_SECRET',
  'LOGTO_WEBHOOK_SIGNING_KEY',
  'HF_ENDPOINT',
  'HF_INFERENCE_ENDPOINT',
  'API_RESOURCE',
];

const port = wholeNumber(0, 65_535, 3001).default(0);
const Options = z.object({
  app: origin('http://localhost:3000').default('http://localhost:3000'),
  'api-resource': absoluteUri.optional(),
  'logto-port': port,
  'hugging-face-port': port,
  'redis-port': port,
  env: z.string().min(1, 'must be the name of a file').optional(),
});

/** What is wrong with the arguments; the message names the option. */
class UsageError extends Error {
  override name = 'UsageError';
}

async function main(): Promise<void> {
  const options = readOptions();
  if (options === 'help') return void process.stdout.write(HELP);
  const { app: appUrl, 'api-resource': apiResource, env: envFile } = options;
  if (envFile) assertReplaceable(envFile);
  const standIns = await startStandIns({
    appUrl,
    ...(apiResource !== undefined && { apiResource }),
    ports: {
      logto: options['logto-port'],
      huggingFace: options['hugging-face-port'],
      redis: options['redis-port'],
    },
  });
  let written: string | null = null;
  stopOnSignal(async () => {
    if (envFile && written !== null) removeUnchanged(envFile, written);
    await standIns.close();
  });
  const lines = Object.entries(standIns.environment).map(([name, value]) => `${name}=${value}\n`);
  const variables = lines.join('');
  if (envFile) {
    try {
      const text = `${FIRST_LINE}\n${variables}`;
      writeFileSync(envFile, text, { mode: 0o600 });
      written = text;
    } catch (error) {
      await standIns.close();
      throw error;
    }
  }
  process.stdout.write(variables);
  // Not among the variables, which a pipe or a file may take.
  process.stderr.write(
    `\nLogto, Hugging Face and Redis are here for an app at ${appUrl}. Sign in as ada-l or quiet-otter.\nCtrl-C ends them.\n`,
  );
}

function readOptions(): z.infer<typeof Options> | 'help' {
  const string = { type: 'string' } as const;
  const options = {
    app: string,
    'api-resource': string,
    'logto-port': string,
    'hugging-face-port': string,
    'redis-port': string,
    env: string,
    help: { type: 'boolean', short: 'h' },
  } as const;
  const given = parse(() => parseArgs({ options }).values);
  if (given.help) return 'help';
  const { data, error } = Options.safeParse(given);
  if (data) return data;
  const [issue] = error.issues;
  throw new UsageError(`--${issue?.path.join('.')} ${issue?.message}`);
}

function parse<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    const [message] = error instanceof Error ? error.message.split('. ') : [String(error)];
    throw new UsageError(`${message}. --help lists what there is.`);
  }
}

/** @throws {UsageError} where somebody else's variables would be lost. */
function assertReplaceable(path: string): void {
  if (!existsSync(path)) return;
  const [first, ...others] = readFileSync(path, 'utf8').trimEnd().split('\n');
  const isOurs = (line: string) => VARIABLES.some((name) => line.startsWith(`${name}=`));
  if (first === FIRST_LINE && others.every(isOurs)) return;
  throw new UsageError(
    `--env ${path} is there already, with lines that are not of this command: choose another.`,
  );
}

/** Another run may have written it meanwhile, or somebody added to it. */
function removeUnchanged(path: string, written: string): void {
  if (!existsSync(path)) return;
  if (readFileSync(path, 'utf8') === written) rmSync(path);
  else process.stderr.write(`${path} has been changed, so it stays.\n`);
}

ignoreClosedPipes();
main().catch((error: Error) => {
  const taken = 'code' in error && error.code === 'EADDRINUSE' && 'port' in error;
  const reason = taken ? `${takenPort(error.port)}.` : error.message;
  process.stderr.write(`${reason}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
});
