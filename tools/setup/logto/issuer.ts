import { z } from 'zod';
import { SetupError } from '../errors.ts';
import type { PatientFetch } from './patient-fetch.ts';

const discovery = z.object({ issuer: z.string() });

/**
 * The app takes tokens of the issuer `LOGTO_ENDPOINT/oidc` only, and Hugging Face sends people back to
 * Logto by the name that Logto was told. Reached by another name, Logto works and both would be wrong.
 *
 * @throws {SetupError} when Logto has another name. What is no Logto at all is told by the calls that follow.
 */
export async function checkIssuer(endpoint: string, fetch: PatientFetch): Promise<void> {
  const response = await fetch(new Request(`${endpoint}/oidc/.well-known/openid-configuration`));
  const body: unknown = await response.json().catch(() => null);
  const issuer = discovery.safeParse(body).data?.issuer;
  if (issuer === undefined || issuer === `${endpoint}/oidc`) return;
  const name = issuer.replace(/\/oidc$/, '');
  throw new SetupError(
    `The Logto at ${endpoint} calls itself ${name}: set LOGTO_ENDPOINT=${name}, or Logto's own ENDPOINT to ${endpoint}, and run again.`,
  );
}
