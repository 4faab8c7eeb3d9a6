import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { secrets } from '../src/doorstep/operator.ts';

/** Git ignores it, as it does all of `.env.*` but the example. */
export const SECRET_FILE = '.env.dev-secret';

/**
 * The secret of `npm run dev` where .env has none: made once and kept, so that sessions in Redis
 * outlive a restart.
 *
 * @returns null where no file can be written.
 */
export function keptSecret(path = SECRET_FILE): string | null {
  return read(path) ?? make(path);
}

function read(path: string): string | null {
  try {
    const secret = readFileSync(path, 'utf8').trim();
    return secrets.safeParse(secret).success ? secret : null;
  } catch {
    return null;
  }
}

function make(path: string): string | null {
  const secret = randomBytes(48).toString('base64url');
  try {
    writeFileSync(path, `${secret}\n`, { mode: 0o600 });
    return secret;
  } catch {
    return null;
  }
}
