#!/usr/bin/env node
/** The `doorstep` command of the package. It needs production dependencies only. */
const HELP = `doorstep check [--json]      looks at the whole chain of a sign-in, and says what to do
doorstep sessions list <sub>  where a user is signed in
doorstep sessions end <sub>   signs a user out everywhere on this site
doorstep invite <email>       prints a link that signs in whoever has that address

The app's own environment is needed, from the shell or by node --env-file=.env.
`;

const COMMANDS: Record<string, (() => Promise<unknown>) | undefined> = {
  check: () => import('./check/main.ts'),
  sessions: () => import('./sessions/main.ts'),
  invite: () => import('./invite/main.ts'),
};

const [, , name = '', ...others] = process.argv;
const command = COMMANDS[name];
if (command) {
  // Each of them reads its own arguments.
  process.argv.splice(2, process.argv.length, ...others);
  await command();
} else {
  process.stdout.write(HELP);
  process.exitCode = name === '' || name === '--help' || name === '-h' ? 0 : 1;
}
