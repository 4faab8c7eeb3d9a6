import { once } from 'node:events';
import { createServer, Server as HttpServer } from 'node:http';
import { type AddressInfo, createServer as createNetServer, Server } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { listen, portOf } from '../../src/server/listen.ts';
import { hasIPv6, LOCALHOST } from '../harness/process.ts';
import { type Serving, startServing } from '../harness/serving.ts';

/** As a machine without IPv6, and one on which the port is somebody else's there. */
function failAtIPv6(code: string, times = Number.POSITIVE_INFINITY): void {
  const original = Server.prototype.listen;
  let failed = 0;
  vi.spyOn(Server.prototype, 'listen').mockImplementation(function (this: Server, ...words) {
    const [{ host }] = words as unknown as [{ host: string }];
    if (host !== '::1' || failed >= times) return Reflect.apply(original, this, words);
    failed += 1;
    process.nextTick(() => this.emit('error', Object.assign(new Error(code), { code })));
    return this;
  });
}

describe('C32 HOST=localhost', () => {
  let serving: Serving | undefined;
  afterEach(async () => {
    vi.restoreAllMocks();
    await serving?.close();
    serving = undefined;
  });
  const start = async () => {
    serving = await startServing((_req, res) => void res.end('here'), { host: 'localhost' });
    return serving;
  };
  const ask = (host: string, port: number) =>
    fetch(`http://${host}:${port}/`).then((answer) => answer.text());

  it.skipIf(!hasIPv6)('is 127.0.0.1 and ::1, the same port, and ends at both', async () => {
    const { port, drain } = await start();
    expect([await ask('127.0.0.1', port), await ask('[::1]', port)]).toEqual(['here', 'here']);
    await drain();
    for (const host of ['127.0.0.1', '[::1]']) await expect(ask(host, port)).rejects.toThrow();
  });

  it('never listens where other machines ask', async () => {
    const server = createServer();
    const listeners = await listen(server, { host: 'localhost', port: 0 });
    const addresses = listeners.map((one) => (one.address() as AddressInfo).address);
    expect(addresses).toEqual(LOCALHOST);
    expect(listeners.filter((one) => one instanceof HttpServer)).toEqual([server]);
    for (const one of listeners) one.close();
  });

  it.each(LOCALHOST)(
    'another program at %s has the port: it is taken, and nothing listens',
    async (host) => {
      const other = createNetServer().listen(0, host);
      await once(other, 'listening');
      const server = createServer();
      await expect(
        listen(server, { host: 'localhost', port: portOf(other) }),
      ).rejects.toMatchObject({ code: 'EADDRINUSE' });
      expect(server.listening).toBe(false);
      other.close();
    },
  );

  it.each(['EADDRNOTAVAIL', 'EAFNOSUPPORT'])('without IPv6 (%s) it is 127.0.0.1', async (code) => {
    failAtIPv6(code);
    const { port } = await start();
    expect(await ask('127.0.0.1', port)).toBe('here');
  });

  it('port 0: one that is taken at ::1 is not the one', async () => {
    failAtIPv6('EADDRINUSE', 2);
    const { port } = await start();
    expect(await ask('127.0.0.1', port)).toBe('here');
  });

  it('port 0: when every one is taken at ::1, it says so at last', async () => {
    failAtIPv6('EADDRINUSE');
    await expect(start()).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });
});
