import type { RequestHandler } from 'express';
import { clientAddress } from './client-address.ts';

/** What every body may take, as with other routes. */
const FREE_BYTES = 64 * 1024;

/**
 * For a route that takes large bodies from anybody: what is above the first 64 kB of each counts, and
 * whose address holds more than `maxBytes` of that at a time loses the connection. To stand before the
 * parser that keeps the body.
 */
export function bodyBudget(maxBytes: number): RequestHandler {
  const held = new Map<string, number>();
  const hold = (address: string, bytes: number): number => {
    const total = (held.get(address) ?? 0) + bytes;
    if (total > 0) held.set(address, total);
    else held.delete(address);
    return total;
  };
  return (req, res, next) => {
    const address = clientAddress(req);
    let read = 0;
    const counted = () => Math.max(0, read - FREE_BYTES);
    req.on('data', (chunk: Buffer) => {
      const before = counted();
      read += chunk.length;
      const more = counted() - before;
      if (more > 0 && hold(address, more) > maxBytes) req.destroy();
    });
    res.once('close', () => hold(address, -counted()));
    next();
  };
}
