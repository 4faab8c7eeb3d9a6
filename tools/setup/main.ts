import { setTimeout as sleep } from 'node:timers/promises';
import { ownCommands } from '../shared/own-commands.ts';
import { ignoreClosedPipes, wantsColour } from '../shared/terminal.ts';
import { terminalPrompts } from './ask.ts';
import { run } from './command.ts';
import { readSeededSecret } from './seeded-secret.ts';

const { stdin, stdout, env } = process;
ignoreClosedPipes();

const code = await run(
  process.argv.slice(2),
  {
    environment: env,
    prompts: stdin.isTTY && stdout.isTTY ? terminalPrompts : null,
    readSeededSecret,
    fetch,
    sleep: (ms) => sleep(ms),
    now: Date.now,
  },
  {
    write: (text) => void stdout.write(ownCommands(text)),
    columns: stdout.columns ?? 80,
    colour: wantsColour(stdout, env),
  },
);
// exit, since a name lookup that hangs would keep the process for seconds.
process.exit(code);
