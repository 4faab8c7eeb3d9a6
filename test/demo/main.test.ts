import { describe, expect, it } from 'vitest';
import { freePort } from '../harness/free-port.ts';
import { runScript, takePort } from '../harness/process.ts';

describe('C25 npm run demo', () => {
  it('is ready with nothing but Node, says where to go, and ends at once', async () => {
    const ports = { PORT: String(await freePort()), DEMO_LOGTO_PORT: String(await freePort()) };
    const huggingFace = String(await freePort());
    const child = runScript('demo/main.ts', { ...ports, DEMO_HUGGING_FACE_PORT: huggingFace });
    await child.says(/Ctrl-C stops everything/);
    expect(child.output()).toContain(`http://localhost:${ports.PORT}`);
    expect(child.output()).toContain('Nothing leaves it.');
    const home = await fetch(`http://localhost:${ports.PORT}/`);
    expect(await home.text()).toContain('Local demo: Logto and Hugging Face are stand-ins');
    // The demo hands out tokens for Hugging Face, which Logto does with its account centre on only.
    const at = `http://localhost:${ports.DEMO_LOGTO_PORT}/api/.well-known/account-center`;
    expect(await (await fetch(at)).json()).toMatchObject({ enabled: true });
    child.process.kill('SIGINT');
    expect(await child.ended).toBe(0);
  });

  it.each(['PORT', 'DEMO_LOGTO_PORT', 'DEMO_HUGGING_FACE_PORT'])(
    'a taken %s is one clear line that names it',
    async (variable) => {
      const { port, free } = await takePort();
      const child = runScript('demo/main.ts', {
        PORT: String(await freePort()),
        DEMO_LOGTO_PORT: String(await freePort()),
        DEMO_HUGGING_FACE_PORT: String(await freePort()),
        [variable]: port,
      });
      expect(await child.ended).toBe(1);
      expect(child.output()).toContain(`Port ${port} is taken by another program`);
      expect(child.output()).toContain(`${variable}=`);
      expect(child.output()).not.toMatch(/at .*\.ts:\d+/);
      free();
    },
  );
});
