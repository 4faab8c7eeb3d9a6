/**
 * Where the stand-in is not like the real Logto, and why. The contract test fails when a difference
 * is missing here, and when one that is listed here is gone.
 */
export const differences: Record<string, string> = {
  'discovery.device_authorization_endpoint':
    'No device flow: the app signs browsers in, nothing else.',
  'discovery.grant_types_supported':
    'No device flow and no token exchange: neither is used by the app.',
  'authorization.cookies':
    'The package clears _interaction_resume of every step; with Logto that of the sign-in step stays behind.',
  'authorization.interactionCookie':
    'Logto runs on a fork of oidc-provider whose cookie holds one interaction for each application; the package keeps the plain id of the last one.',
  'socialSignIn.usernameWithHyphen':
    'Hugging Face usernames have hyphens, and whoever tries the demo will type one of those.',
  'socialSignIn.sameEmailTwice':
    'No linking of accounts: no two invented accounts have the same e-mail.',
  'signInExperience.keys': 'The settings of the look of a page that is not served are left out.',
};
