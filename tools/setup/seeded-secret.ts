import pg from 'pg';
import { NotYet, SetupError } from './errors.ts';
import { SEEDED_APP } from './settings.ts';

const DATABASE_TIMEOUT_MS = 10_000;
/** Not there, or only just starting (57P03), or on its way down (57P01). */
const TRY_AGAIN = /^(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EHOSTUNREACH|57P0[13])$/;

/**
 * Reads the secret of the application that Logto's seed makes for its own console. It may call the
 * Management API, and on a fresh Logto there is no other way in.
 *
 * @throws {NotYet} when PostgreSQL is unreachable or starting.
 * @throws {SetupError}
 */
export async function readSeededSecret(databaseUrl: string): Promise<string> {
  const secret = await querySecret(databaseUrl).catch((error: unknown) => {
    // Not as the cause: the error may quote the address, and with it the password.
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    throw new (TRY_AGAIN.test(code) ? NotYet : SetupError)(explain(error));
  });
  if (secret) return secret;
  throw new SetupError(
    `The database at LOGTO_DB_URL has no application ${SEEDED_APP}: use LOGTO_M2M_APP_ID and LOGTO_M2M_APP_SECRET instead.`,
  );
}

async function querySecret(databaseUrl: string): Promise<string | undefined> {
  const client = new pg.Client({
    connectionString: databaseUrl,
    connectionTimeoutMillis: DATABASE_TIMEOUT_MS,
    query_timeout: DATABASE_TIMEOUT_MS,
  });
  try {
    await client.connect();
    const { rows } = await client.query<{ secret: string }>(
      "select secret from applications where tenant_id = 'admin' and id = $1",
      [SEEDED_APP],
    );
    return rows[0]?.secret;
  } finally {
    await client.end().catch(() => {});
  }
}

function explain(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  switch (code) {
    case '28P01':
    case '28000':
      return 'PostgreSQL refuses the user or password of LOGTO_DB_URL: correct them.';
    case '3D000':
      return 'PostgreSQL has no database of the name in LOGTO_DB_URL: correct it.';
    case '42P01':
      return 'The database at LOGTO_DB_URL has no Logto in it yet: start Logto once, after seeding it with `npm run cli db seed`.';
    case '42501':
      return 'The user of LOGTO_DB_URL may not read Logto\'s table "applications": take the user that Logto itself connects as.';
    case 'ERR_INVALID_URL':
      return 'LOGTO_DB_URL is not an address: correct it, and write special characters of the password as %XX.';
    default:
      return `PostgreSQL at LOGTO_DB_URL can't be reached (${code || (error instanceof Error ? error.message : 'no reason given')}): check its host and port, and that it runs.`;
  }
}
