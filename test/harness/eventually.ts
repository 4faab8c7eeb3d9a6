import { vi } from 'vitest';

/** Milliseconds. No test asserts on it: it is for a busy machine, and below what a test may take. */
const EVENTUALLY_TIMEOUT_MS = 30_000;

/** Tries until `holds` no longer throws or rejects, and returns what it does. */
export const eventually = <Value>(holds: () => Value | Promise<Value>): Promise<Value> =>
  vi.waitFor(holds, { timeout: EVENTUALLY_TIMEOUT_MS });
