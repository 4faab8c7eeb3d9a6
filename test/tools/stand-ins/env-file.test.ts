import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { runScript } from '../../harness/process.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'doorstep-stand-ins-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const run = (file: string, ...words: string[]) => {
  const child = runScript('tools/stand-ins/main.ts', {}, ['--env', file, ...words]);
  onTestFinished(() => void child.process.kill('SIGKILL'));
  return child;
};
const STARTED = /Ctrl-C ends them/;

it('C90 doorstep stand-ins --env leaves a file that somebody has added to, at its end and at the next start', async () => {
  const file = join(folder, 'added-to.env');
  const first = run(file);
  await first.says(STARTED);
  appendFileSync(file, 'MINE=1\n');
  const text = readFileSync(file, 'utf8');
  first.process.kill('SIGINT');
  expect(await first.ended).toBe(0);
  expect(first.output()).toContain(`${file} has been changed, so it stays`);
  const next = run(file);
  expect(await next.ended).toBe(2);
  expect(next.output()).toContain(`${file} is there already`);
  expect(readFileSync(file, 'utf8')).toBe(text);
});

it('C90 of two runs with one file, the file is the later one’s', async () => {
  const file = join(folder, 'two.env');
  const first = run(file, '--api-resource', 'https://api.example.com');
  await first.says(STARTED);
  const second = run(file);
  await second.says(STARTED);
  const text = readFileSync(file, 'utf8');
  first.process.kill('SIGINT');
  expect(await first.ended).toBe(0);
  expect(readFileSync(file, 'utf8')).toBe(text);
  second.process.kill('SIGINT');
  expect(await second.ended).toBe(0);
  expect(existsSync(file)).toBe(false);
});
