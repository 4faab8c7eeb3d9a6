import { createServer, type Socket } from 'node:net';

/** What a command is answered with, as bytes; null: "+OK". */
export type Answer = (words: string[], socket: Socket) => string | null;

/** Something that speaks the protocol of Redis and says what a test wants it to. */
export interface FakeRedis {
  port: number;
  /** Breaks every connection off. */
  cut(): void;
  close(): void;
}

export const bulk = (text: string): string => `$${text.length}\r\n${text}\r\n`;

export async function startFakeRedis(answer: Answer): Promise<FakeRedis> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    let received = '';
    socket.setEncoding('latin1').on('data', (text) => {
      received += text;
      for (let found = takeCommand(received); found; found = takeCommand(received)) {
        received = found.rest;
        // Plain RESP2 will do.
        const isHello = found.words[0]?.toLowerCase() === 'hello';
        const said = isHello ? "-ERR unknown command 'HELLO'\r\n" : answer(found.words, socket);
        socket.write(said ?? '+OK\r\n');
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    cut,
    close() {
      cut();
      server.close();
    },
  };
}

/** An array of bulk strings, which is what clients send; null while bytes are missing. */
function takeCommand(text: string): { words: string[]; rest: string } | null {
  const head = /^\*(\d+)\r\n/.exec(text);
  if (!head) return null;
  const words: string[] = [];
  let at = head[0].length;
  for (let left = Number(head[1]); left > 0; left -= 1) {
    const size = /^\$(\d+)\r\n/.exec(text.slice(at, at + 20));
    if (!size) return null;
    const begin = at + size[0].length;
    const end = begin + Number(size[1]);
    if (text.length < end + 2) return null;
    words.push(text.slice(begin, end));
    at = end + 2;
  }
  return { words, rest: text.slice(at) };
}
