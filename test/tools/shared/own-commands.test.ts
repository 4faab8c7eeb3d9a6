import { expect, it } from 'vitest';
import { ownCommands } from '../../../tools/shared/own-commands.ts';
import { runScript } from '../../harness/process.ts';

it.each([
  ['; npm run logto:setup does.', '; doorstep setup does.'],
  ['run npm run logto:setup -- --social-only; unless', 'run doorstep setup --social-only; unless'],
  ['npm run logto:check [-- --json]', 'doorstep check [--json]'],
  ['npm run logto:check -- --token-of <ID>', 'doorstep check --token-of <ID>'],
  ['npm run sessions -- list <sub>', 'doorstep sessions list <sub>'],
  ['Then npm run dev. When', 'Then start your app. When'],
  ['`npm run cli db seed`, which is Logto’s', '`npm run cli db seed`, which is Logto’s'],
])('C70 %s is, without a checkout, %s', (inCheckout, elsewhere) => {
  expect(ownCommands(inCheckout, '/srv/doorstep/tools/check/main.ts')).toBe(inCheckout);
  expect(ownCommands(inCheckout, '/usr/local/bin/doorstep')).toBe(elsewhere);
  expect(ownCommands(inCheckout, '/app/node_modules/doorstep/dist/tools/cli.js')).toBe(elsewhere);
});

it.each(['check --help', 'check', 'sessions --help', 'setup --help', 'setup'])(
  'C70 doorstep %s names no npm script',
  async (line) => {
    const child = runScript('tools/cli.ts', {}, line.split(' '));
    await child.ended;
    expect(child.output()).not.toBe('');
    expect(child.output()).not.toMatch(/npm run|\.env\.example explains/);
  },
);

it('C70 in production, a mistake in the configuration names nothing that an image lacks', async () => {
  const child = runScript('src/main.ts', { NODE_ENV: 'production' });
  await child.ended;
  expect(child.output()).toContain('SESSION_SECRET');
  expect(child.output()).not.toMatch(/npm run|\.env\.example/);
});

it('C93 what JavaScript gives every object is no command', async () => {
  const child = runScript('tools/cli.ts', {}, ['constructor']);
  expect(await child.ended).toBe(2);
  expect(child.output()).toMatch(/^There is no command "constructor"\.\n/);
});
