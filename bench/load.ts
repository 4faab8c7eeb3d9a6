import { connect, type Socket } from 'node:net';

export interface Load {
  port: number;
  /** The bytes of the request with that number. */
  request: (index: number) => string;
  /** What every answer must be. */
  status: number;
  connections: number;
  requests: number;
}

export interface LoadResult {
  seconds: number;
  /** Milliseconds, sorted. */
  latencies: Float64Array;
}

/**
 * Sends requests over kept-alive connections, the next when the last is answered. Written on plain
 * sockets: the less the load costs, the less it disturbs what is measured.
 *
 * @throws when an answer has another status than was expected.
 */
export async function applyLoad(load: Load): Promise<LoadResult> {
  const latencies = new Float64Array(load.requests);
  let next = 0;
  const lane = async () => {
    const connection = await open(load.port);
    while (next < load.requests) {
      const index = next++;
      const sent = performance.now();
      const status = await connection.ask(load.request(index));
      latencies[index] = performance.now() - sent;
      if (status !== load.status) throw new Error(`Answered ${status} instead of ${load.status}`);
    }
    connection.socket.destroy();
  };
  const begun = performance.now();
  await Promise.all(Array.from({ length: load.connections }, lane));
  return { seconds: (performance.now() - begun) / 1000, latencies: latencies.sort() };
}

export function percentile(sorted: Float64Array, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

interface Connection {
  socket: Socket;
  /** @returns the status, when the whole answer is there. */
  ask(request: string): Promise<number>;
}

async function open(port: number): Promise<Connection> {
  const socket = connect(port, 'localhost').setNoDelay(true);
  let received: Buffer = Buffer.alloc(0);
  let waiting: { resolve: (status: number) => void; reject: (error: Error) => void } | null = null;
  socket.on('data', (chunk) => {
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
    const answer = wholeAnswer(received);
    if (!answer) return;
    received = received.subarray(answer.length);
    waiting?.resolve(answer.status);
  });
  socket.on('error', (error) => waiting?.reject(error));
  socket.on('close', () => waiting?.reject(new Error('The connection was closed')));
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  return {
    socket,
    ask: (request) =>
      new Promise((resolve, reject) => {
        waiting = { resolve, reject };
        socket.write(request);
      }),
  };
}

/** @returns null while bytes are missing. */
function wholeAnswer(received: Buffer): { status: number; length: number } | null {
  const end = received.indexOf('\r\n\r\n');
  if (end < 0) return null;
  const head = received.toString('latin1', 0, end);
  const status = Number(head.slice(9, 12));
  if (/\r\ntransfer-encoding: chunked/i.test(head)) {
    return received.subarray(-5).equals(LAST_CHUNK) ? { status, length: received.length } : null;
  }
  const body = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1] ?? 0);
  const length = end + 4 + body;
  return received.length >= length ? { status, length } : null;
}

const LAST_CHUNK = Buffer.from('0\r\n\r\n');
