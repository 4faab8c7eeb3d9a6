import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** An address that stays while what is behind it changes, as in a failover. */
export interface TcpProxy {
  port: number;
  /** New connections go to another port; open ones are cut, left as they are, or go silent. */
  switchTo(port: number, old: 'cut' | 'kept' | 'silent'): void;
  close(): void;
}

export async function startTcpProxy(firstTarget: number): Promise<TcpProxy> {
  let target = firstTarget;
  const pairs = new Set<Socket[]>();
  const server = createServer((inner) => {
    const outer = connect(target, '127.0.0.1');
    const pair = [inner, outer];
    pairs.add(pair);
    for (const socket of pair) {
      socket.on('error', () => {});
      socket.on('close', () => {
        pairs.delete(pair);
        for (const other of pair) other.destroy();
      });
    }
    inner.pipe(outer).pipe(inner);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (!address || typeof address === 'string') throw new Error('The proxy has no port');

  const cut = () => {
    for (const pair of pairs) for (const socket of pair) socket.resetAndDestroy();
  };
  return {
    port: address.port,
    switchTo(port, old) {
      target = port;
      if (old === 'cut') cut();
      if (old !== 'silent') return;
      for (const pair of pairs) for (const socket of pair) socket.unpipe().pause();
    },
    close() {
      cut();
      server.close();
    },
  };
}
