import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A process of the project's own, with everything it says. */
export interface Child {
  process: ChildProcess;
  output: () => string;
  /** Resolves when the output matches; rejects when the process ends before. */
  says(pattern: RegExp): Promise<void>;
  /** The exit code, or the signal that ended it. */
  ended: Promise<number | string>;
}

/** Runs a TypeScript file as `npm run` would. Only PATH is taken over from this environment. */
export function runScript(
  file: string,
  environment: Record<string, string>,
  words: string[] = [],
  cwd = ROOT,
): Child {
  const tsx = new URL('../../node_modules/tsx/dist/loader.mjs', import.meta.url).href;
  const child = spawn(process.execPath, ['--import', tsx, join(ROOT, file), ...words], {
    cwd,
    env: { PATH: process.env.PATH ?? '', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const listeners = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      for (const listener of listeners) listener();
    });
  }
  const ended = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | string);
  return {
    process: child,
    output: () => output,
    ended,
    says: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          if (!pattern.test(output)) return;
          listeners.delete(look);
          resolve();
        };
        listeners.add(look);
        look();
        void ended.then((code) => reject(new Error(`Ended with ${code}:\n${output}`)));
      }),
  };
}

/** Whether this machine has ::1: a container may have none. */
export const hasIPv6 = Object.values(networkInterfaces()).some((all) =>
  all?.some(({ address }) => address === '::1'),
);

/** The addresses of localhost, as far as this machine has them. */
export const LOCALHOST = hasIPv6 ? ['127.0.0.1', '::1'] : ['127.0.0.1'];

/** A port that another program listens at, until `free` is called. */
export async function takePort(host = 'localhost'): Promise<{ port: string; free: () => void }> {
  const taken = createServer().listen(0, host);
  await once(taken, 'listening');
  const address = taken.address();
  return {
    port: typeof address === 'object' ? String(address?.port) : '',
    free: () => void taken.close(),
  };
}
