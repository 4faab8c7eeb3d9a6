import { randomBytes } from 'node:crypto';
import { secrets } from '../../../src/doorstep/operator.ts';
import type { OrganizationLookup } from '../hugging-face.ts';
import type { Settings } from '../settings.ts';

/** 64 characters, and none of the words by which the app knows a sample. */
export function newSessionSecret(): string {
  for (;;) {
    const secret = randomBytes(48).toString('base64url');
    if (secrets.safeParse(secret).success) return secret;
  }
}

/**
 * `acme:5f1…,other:60a…`: by its id the app knows an organization whatever it is called. An id that
 * is given already stays, and is not asked for.
 *
 * @returns '' where everybody may come in.
 * @throws {SetupError} when Hugging Face does not tell an id.
 */
export async function organizationsWithIds(
  { organizations }: Settings['huggingFace'],
  { organizationId }: { organizationId: OrganizationLookup },
): Promise<string> {
  const entries: string[] = [];
  for (const { handle, id } of organizations) {
    entries.push(`${handle}:${id ?? (await organizationId(handle))}`);
  }
  return entries.join(',');
}
