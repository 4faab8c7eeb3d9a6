import { z } from 'zod';
import {
  HuggingFaceMisconfigured,
  HuggingFaceNotConnected,
  HuggingFaceUnavailable,
  LogtoRefused,
  LogtoUnavailable,
} from '../errors.ts';
import { BEARER_TOKEN } from '../http/bearer-token.ts';
import type { Logto } from '../logto/client.ts';

export const KeptToken = z.object({
  token: z.string().min(1),
  /** Milliseconds since 1970. */
  expiresAt: z.number(),
});
export type KeptToken = z.infer<typeof KeptToken>;

/** `expires_in` is left out when it is 0 (measured on Logto 1.43). */
const Answer = z.object({
  access_token: z.string().regex(BEARER_TOKEN),
  expires_in: z.number().nonnegative().default(0),
});

/**
 * Asks Logto for somebody's token for Hugging Face. Nobody else may ask for the same person
 * meanwhile: Logto has no lock, and with refresh tokens that rotate one of all gets an answer.
 *
 * @param isRepeated They have connected Hugging Face just now.
 * @throws {HuggingFaceNotConnected}, {@link HuggingFaceUnavailable}, {@link HuggingFaceMisconfigured},
 *   {@link LogtoUnavailable}, and {@link LogtoRefused} (401) for the access token itself.
 */
export async function askLogto(
  { logto, now }: { logto: Logto; now: () => number },
  accessToken: string,
  isRepeated: boolean,
): Promise<KeptToken> {
  const askedAt = now();
  const ask = () => logto.huggingFaceToken(accessToken);
  const said = await ask()
    // A refresh that Hugging Face refused: another app's may have come in between.
    .catch((error: unknown) => (isGeneral(error) ? ask() : Promise.reject(error)))
    .catch((error: unknown) => Promise.reject(causeOf(error, isRepeated)));
  const { data } = Answer.safeParse(said);
  if (!data) throw new HuggingFaceUnavailable('Logto’s answer is no token for Hugging Face');
  return { token: data.access_token, expiresAt: askedAt + data.expires_in * 1000 };
}

const isGeneral = (error: unknown): boolean =>
  error instanceof LogtoRefused && error.code === 'connector.general';

/** What each answer of Logto's means (measured on 1.43). */
function causeOf(error: unknown, isRepeated: boolean): unknown {
  if (error instanceof LogtoUnavailable && error.httpStatus === 500) {
    const why =
      'Logto can’t open its tokens for Hugging Face: SECRET_VAULT_KEK is missing or wrong';
    return new HuggingFaceMisconfigured(why, { cause: error });
  }
  if (!(error instanceof LogtoRefused)) return error;
  const { httpStatus, code } = error;
  if (code === 'account_center.not_enabled') {
    const why =
      'Logto’s account centre is off, and without it there are no tokens for Hugging Face';
    return new HuggingFaceMisconfigured(why, { cause: error });
  }
  if (isGeneral(error)) {
    const why =
      'Hugging Face did not renew the token: it is unreachable, or the person took the permission back';
    return new HuggingFaceUnavailable(why, { cause: error });
  }
  if (code === 'secrets.third_party_token_set.access_token_expired') {
    return new HuggingFaceNotConnected('hugging_face_expired', { isRepeated });
  }
  if (httpStatus === 403) {
    return new HuggingFaceNotConnected('hugging_face_scope_missing', { isRepeated });
  }
  // With a code: without one, this Logto has no such route.
  if (httpStatus === 404 && code !== 'unknown_error') {
    return new HuggingFaceNotConnected('hugging_face_not_connected', { isRepeated });
  }
  return error;
}
