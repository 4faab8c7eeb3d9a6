import { expect, it, onTestFinished } from 'vitest';
import { runScript } from '../../harness/process.ts';

it('C66 doorstep stand-ins ends with 1 when it can’t write the file of --env', async () => {
  const standIns = runScript('tools/stand-ins/main.ts', {}, ['--env', 'no-such-folder/.env']);
  onTestFinished(() => void standIns.process.kill('SIGKILL'));
  expect(await standIns.ended).toBe(1);
  expect(standIns.output()).toMatch(/^ENOENT.*no-such-folder/m);
});
