/** The connector's id is fixed, so that the URI to register is known before and never changes. */
export const CONNECTOR_ID = 'huggingface';

export const NEW_OAUTH_APP = 'https://huggingface.co/settings/applications/new';
export const OAUTH_APPS = 'https://huggingface.co/settings/connected-applications';

/** Where Hugging Face sends people back to: Logto, not the app. */
export function redirectUriAtHuggingFace(
  logtoEndpoint: string,
  connectorId = CONNECTOR_ID,
): string {
  return `${logtoEndpoint}/callback/${connectorId}`;
}
