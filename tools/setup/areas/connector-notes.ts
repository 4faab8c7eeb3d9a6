import { type Connector, kindOf, type Wanted } from '../connectors.ts';
import { CONNECTOR_ID, redirectUriAtHuggingFace } from '../hugging-face.ts';
import type { Settings } from '../settings.ts';

/** What a person should know before one connector replaces the other. */
export function replacementNotes(
  found: Connector,
  wanted: Wanted,
  { endpoint }: Settings,
): string[] {
  const tokens = wanted.enableTokenStorage
    ? `Logto's connector "${kindOf(found)}" can't keep people's access tokens.`
    : "HF_ACCESS_TOKENS is not true. People's access tokens of Hugging Face, which Logto keeps with this connector, are deleted with it.";
  return [
    `${tokens} Logto allows one connector for Hugging Face, so this one is deleted and the connector "${kindOf(wanted)}" made in its place. In between, for a second, nobody can sign in with Hugging Face.`,
    `Kept: everybody's account, and the redirect URI at Hugging Face, ${redirectUriAtHuggingFace(endpoint, found.id)}.`,
    ...(found.id === CONNECTOR_ID
      ? []
      : [
          `If this is interrupted right in between, the next run makes the connector with the ID ${CONNECTOR_ID}: then register ${redirectUriAtHuggingFace(endpoint)} too.`,
        ]),
  ];
}

/** What stays as it is, and may surprise. */
export function notesOf({ config, enableTokenStorage, syncProfile }: Wanted): string[] {
  const scope = config.scope?.split(/\s+/) ?? [];
  return [
    ...(enableTokenStorage
      ? [
          'Needed: the account pages switched on, as below, and on a self-hosted Logto SECRET_VAULT_KEK in its environment (openssl rand -base64 32). With a bad one Logto silently keeps no token.',
        ]
      : []),
    ...(scope.includes('email')
      ? [
          'Its scope has "email". Logto takes any e-mail from Hugging Face for verified, so whoever bears the same one there can take over an account. HF_SCOPE without it is safer.',
        ]
      : []),
    ...(syncProfile
      ? []
      : [
          'Names and pictures are taken over at the first sign-in only, since its profile sync is off, and stays so.',
        ]),
  ];
}
