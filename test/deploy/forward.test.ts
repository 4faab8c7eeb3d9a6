import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { freePort } from '../harness/free-port.ts';

const FORWARD = fileURLToPath(new URL('../../deploy/compose/forward.mjs', import.meta.url));

/** Runs `code` with the forwarder beside it, and returns what it prints. */
async function runWith(rule: string, code: string): Promise<string> {
  const child = spawn(process.execPath, [`--import=${FORWARD}`, '-e', code], {
    env: { FORWARD: rule },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  expect(await once(child, 'close')).toEqual([0, null]);
  return output;
}

describe('F85 deploy/compose/forward.mjs', () => {
  it('F85 reaches another host as localhost, with the Host header as it is, and ends with the program', async () => {
    const server = createServer((req, res) => res.end(req.headers.host));
    onTestFinished(() => void server.close());
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const address = server.address();
    const there = typeof address === 'object' ? address?.port : 0;
    const port = await freePort();
    const code = `fetch('http://localhost:${port}').then((res) => res.text()).then(console.log)`;
    expect(await runWith(`${port}=127.0.0.1:${there}`, code)).toBe(`localhost:${port}\n`);
  });

  it('F85 a host that is away costs the connection, and nothing else', async () => {
    const port = await freePort();
    // Not by fetch: Node 20's never answers when the other side ends before it has sent anything.
    const code = `require('node:http').get('http://localhost:${port}').on('error', () => console.log('failed'))`;
    expect(await runWith(`${port}=nowhere.invalid:1`, code)).toBe('failed\n');
  });
});
