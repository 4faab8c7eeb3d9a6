import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { authorizeAt } from './authorize-at.ts';
import { createBrowser } from './browser.ts';

/**
 * `node --import tsx test/demo/try-demo.ts pnpm run demo`: runs that command, signs in, and ends. For
 * package managers and systems on which the tests themselves don't run (.github/workflows/runtimes.yml).
 */
const [url, logto] = ['http://localhost:3000', 'http://localhost:3001'];
// On Windows, npm is a script for its shell.
const demo = spawn(process.argv.slice(2).join(' '), {
  shell: true,
  stdio: ['ignore', 'pipe', 'inherit'],
  // A group of its own, so that all of it can be ended.
  detached: process.platform !== 'win32',
});
const lines = createInterface(demo.stdout);
for await (const line of lines) {
  process.stdout.write(`${line}\n`);
  if (line.includes('Ctrl-C stops everything')) break;
}
const browser = createBrowser();
const start = await browser.get(`${url}/sign-in?return_to=/account`, { until: logto });
if (!start.stoppedAt) throw new Error(`No way to Logto: ${start.status}`);
const callback = await authorizeAt(browser, start.stoppedAt, { as: 'ada-l', via: 'huggingface' });
const account = await browser.get(callback);
if (account.url !== `${url}/account` || !account.body.includes('Ada Lovelace')) {
  throw new Error(`No account page: ${account.status} ${account.url}`);
}
process.stdout.write(`Signed in: ${account.url}\n`);
if (process.platform === 'win32') spawn('taskkill', ['/pid', String(demo.pid), '/t', '/f']);
else process.kill(-(demo.pid ?? 0), 'SIGINT');
