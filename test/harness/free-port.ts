import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * Above 10080, the last that fetch and Chromium refuse, and below 32768, where Linux begins with what
 * it gives to `listen(0)` and to connections: those can't get a port before it is listened at.
 */
const FIRST = 11_000;
/** For each of Vitest's workers its own. */
const PER_WORKER = 10_000;
const own = FIRST + ((Number(process.env.VITEST_POOL_ID ?? 1) - 1) % 2) * PER_WORKER;
/** Another run of the tests on this machine most likely begins elsewhere. */
let next = (process.pid * 61) % PER_WORKER;

/** A port at which nobody listens, and which is given to nobody else. */
export async function freePort(): Promise<number> {
  const port = own + next;
  next = (next + 1) % PER_WORKER;
  const server = createServer().listen(port);
  try {
    await once(server, 'listening');
  } catch {
    return freePort();
  }
  await new Promise((resolve) => server.close(resolve));
  return port;
}
