import type { Logger } from 'pino';
import pretty from 'pino-pretty';
import { createLogger } from '../src/doorstep/operator.ts';

/** The app's own log lines, for a person at a terminal. */
export function prettyLogger(level: string): Logger {
  const stream = pretty({
    colorize: process.stdout.isTTY,
    translateTime: 'SYS:HH:MM:ss',
    ignore: 'pid,hostname',
    singleLine: true,
    sync: true,
  });
  return createLogger(level, stream);
}
