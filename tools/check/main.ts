import { parseArgs } from 'node:util';
import { ownCommands } from '../shared/own-commands.ts';
import { createPaint, ignoreClosedPipes, wantsColour } from '../shared/terminal.ts';
import { runChecks } from './checks.ts';
import type { Result } from './checkup.ts';
import type { Finding } from './outcome.ts';
import { hasError, jsonReport, type Look, textReport } from './report.ts';
import { realWorld } from './world.ts';

const HELP = `npm run logto:check [-- --json] [--token-of ID]

Looks at the whole chain of a sign-in: environment, Redis, Logto, its connector
for Hugging Face, and the app when it runs. It changes nothing.

Reads the app's variables (.env.example), from .env too. Optional besides:
  HF_CLIENT_ID          your Hugging Face app, to compare with Logto's connector
  HF_CLIENT_SECRET      and its secret, to try at Hugging Face
  LOGTO_M2M_APP_ID      a machine-to-machine application that may use Logto's
  LOGTO_M2M_APP_SECRET  Management API: then Logto's own settings are read too
  LOGTO_ADMIN_ENDPOINT  where that application lives, if it is the one that a
                        fresh self-hosted Logto brings along

Options:
  --json         for machines: {ok, checks: [{check, status, message, next?}]}
  --token-of ID  with HF_ACCESS_TOKENS: asks Logto for the Hugging Face token of
                 whoever has this ID at Logto and is signed in here, and says
                 what comes, without the token
  --help         this text

Exit code: 0, or 1 when something is marked ✗, or 2 for an unknown option.
`;

const LONGEST_LINE = 100;

async function main(): Promise<number> {
  const options = readOptions();
  if (!options || options.help) {
    (options ? process.stdout : process.stderr).write(ownCommands(HELP));
    return options ? 0 : 2;
  }
  const seen: Result[] = [];
  const results = remember(runChecks(realWorld(process.env, options['token-of'] ?? null)), seen);
  if (options.json) process.stdout.write(await jsonReport(results));
  else for await (const text of textReport(results, look())) process.stdout.write(text);
  return hasError(seen) ? 1 : 0;
}

function readOptions() {
  try {
    const options = {
      json: { type: 'boolean' },
      'token-of': { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    } as const;
    return parseArgs({ options }).values;
  } catch {
    return null;
  }
}

async function* remember(results: AsyncIterable<Result>, seen: Result[]): AsyncGenerator<Result> {
  for await (const result of results) {
    seen.push(result);
    yield { ...result, findings: result.findings.map(inOwnCommands) };
  }
}

const inOwnCommands = ({ status, message, next }: Finding): Finding => ({
  status,
  message: ownCommands(message),
  ...(next && { next: ownCommands(next) }),
});

function look(): Look {
  const { stdout } = process;
  // In a file or a pipe, one line a finding.
  const columns = stdout.isTTY ? Math.min(stdout.columns, LONGEST_LINE) : Number.POSITIVE_INFINITY;
  return { paint: createPaint(wantsColour(stdout, process.env)), columns };
}

ignoreClosedPipes();
// exit, since a name lookup that hangs would keep the process for minutes.
process.exit(await main());
