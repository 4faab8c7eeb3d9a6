import { connect, type Socket } from 'node:net';

export interface Load {
  port: number;
  /** The bytes of the next request. */
  request: () => string;
  /** What every answer must be. */
  status: number;
  connections: number;
  requests: number;
  /** Requests sent beforehand over the same connections, which are not counted. */
  leadIn?: number;
  /** Called when all of the lead-in has been answered. */
  onBegin?: () => void;
  /** Requests a second that are sent whether earlier ones are answered or not: an open loop. */
  rate?: number | undefined;
}

export interface LoadResult {
  seconds: number;
  /** Milliseconds, sorted. In an open loop from the moment when the request was due. */
  latencies: Float64Array;
}

/**
 * Sends requests over kept-alive connections, the next when the last is answered, or at a rate.
 * Written on plain sockets: the less the load costs, the less it disturbs what is measured.
 *
 * @throws when an answer has another status than was expected.
 */
export async function applyLoad(load: Load): Promise<LoadResult> {
  const { port, connections, requests, leadIn = 0, rate } = load;
  const lanes = await Promise.all(Array.from({ length: connections }, () => open(port)));
  const ask = async (connection: Connection) => {
    const status = await connection.ask(load.request());
    if (status !== load.status) throw new Error(`Answered ${status} instead of ${load.status}`);
  };
  let led = 0;
  await Promise.all(
    lanes.map(async (connection) => {
      while (led++ < leadIn) await ask(connection);
    }),
  );
  load.onBegin?.();

  const latencies = new Float64Array(requests);
  const begun = performance.now();
  let next = 0;
  await Promise.all(
    lanes.map(async (connection) => {
      while (next < requests) {
        const index = next++;
        const due = rate === undefined ? 0 : begun + (index * 1000) / rate;
        const early = due - performance.now();
        // Timers come late; what that costs is not the contender's.
        if (early > 0) await new Promise((resolve) => setTimeout(resolve, early));
        const from = rate === undefined || early > 0 ? performance.now() : due;
        await ask(connection);
        latencies[index] = performance.now() - from;
      }
    }),
  );
  const seconds = (performance.now() - begun) / 1000;
  for (const { socket } of lanes) socket.destroy();
  return { seconds, latencies: latencies.sort() };
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
