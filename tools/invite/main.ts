import { createInterface } from 'node:readline/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { ignoreClosedPipes } from '../shared/terminal.ts';
import { run } from './command.ts';

const { stdin, stdout, stderr, env } = process;
ignoreClosedPipes();

/** On standard error: standard output is for the link. The end of the input is a no. */
async function confirm(question: string): Promise<boolean> {
  const terminal = createInterface({ input: stdin, output: stderr });
  const closed = new Promise<string>((resolve) => terminal.once('close', () => resolve('')));
  const answer = await Promise.race([terminal.question(`${question} [y/N] `), closed]);
  terminal.close();
  return /^y(es)?$/i.test(answer.trim());
}

process.exitCode = await run(process.argv.slice(2), {
  environment: env,
  confirm: stdin.isTTY && stderr.isTTY ? confirm : null,
  print: (text) => void stdout.write(text),
  tell: (text) => void stderr.write(text),
  fetch,
  sleep: (ms) => sleep(ms),
  now: Date.now,
});
