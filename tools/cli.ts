#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { extname } from 'node:path';
import { z } from 'zod';
import { ownCommands } from './shared/own-commands.ts';

/** The `doorstep` command of the package. Without the optional peers, what needs them says so. */
const HELP = `doorstep setup                makes your Logto ready for your app, and writes .env
doorstep check [--json]       looks at the whole chain of a sign-in, and says what to do
doorstep stand-ins            runs stand-ins for Logto, Hugging Face and Redis on this machine
doorstep sessions list <sub>  where a user is signed in
doorstep sessions end <sub>   signs a user out everywhere on this site
doorstep invite <email>       prints a link that signs in whoever has that address

doorstep <command> --help     says more; doorstep --version which version this is.
check, sessions and invite need the app's own environment, from the shell or by
node --env-file=.env.
`;

interface Command {
  run(): Promise<unknown>;
  /** A module that the app's image goes without, so that it has nothing to run. */
  file?: string;
  /** Optional peer dependencies. */
  peers?: string[];
  /** For what its module can't say without the peers. */
  help?(): Promise<string>;
}

const COMMANDS: Record<string, Command | undefined> = {
  setup: {
    run: () => import('./setup/main.ts'),
    file: './setup/main',
    peers: ['@inquirer/prompts', '@logto/api', 'pg'],
    help: async () => ownCommands((await import('./setup/arguments.ts')).help),
  },
  check: { run: () => import('./check/main.ts') },
  'stand-ins': {
    run: () => import('./stand-ins/main.ts'),
    file: './stand-ins/main',
    peers: ['oidc-provider'],
  },
  sessions: { run: () => import('./sessions/main.ts') },
  invite: { run: () => import('./invite/main.ts') },
};

const { version, peerDependencies } = z
  .object({ version: z.string(), peerDependencies: z.record(z.string(), z.string()) })
  .parse(createRequire(import.meta.url)('doorstep/package.json'));

const [, , name = '--help', ...others] = process.argv;
const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
const wantsHelp = others.includes('--help') || others.includes('-h');

if (name === '--version' || name === '-v') process.stdout.write(`${version}\n`);
else if (name === '--help' || name === '-h' || name === 'help') process.stdout.write(HELP);
else if (!command) fail(`There is no command ${JSON.stringify(name)}.\n\n${HELP}`);
else if (
  command.file &&
  !existsSync(new URL(command.file + extname(import.meta.url), import.meta.url))
) {
  const image = name === 'setup' ? ', and docker build --target setup makes an image for it' : '';
  fail(`doorstep ${name} is not in this image: the package has it${image}.\n`);
} else if (wantsHelp && command.help) process.stdout.write(await command.help());
else await run(command);

async function run({ run, peers = [] }: Command): Promise<void> {
  const missing = wantsHelp ? [] : peers.filter((peer) => !isInstalled(peer));
  if (missing.length > 0) {
    const packages = missing.map((peer) => `${peer}@${major(peerDependencies[peer])}`).join(' ');
    return fail(
      `doorstep ${name} needs packages that are not installed here: npm install --save-dev ${packages}\n`,
    );
  }
  // Each of them reads its own arguments.
  process.argv.splice(2, process.argv.length, ...others);
  await run();
}

function isInstalled(name: string): boolean {
  try {
    import.meta.resolve(name);
    return true;
  } catch (error) {
    // A package may export nothing under its bare name, and is there all the same.
    return !(error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND');
  }
}

/** cmd.exe takes the ^ of a range away. */
function major(range = ''): string {
  return /\d+/.exec(range)?.[0] ?? 'latest';
}

function fail(message: string): void {
  process.stderr.write(message);
  process.exitCode = 2;
}
