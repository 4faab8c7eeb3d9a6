import type { Messages } from './messages.ts';

const NOT_FINISHED = 'We couldn’t finish signing you in';
const CONNECT = 'Connect Hugging Face again';
const DENIED = 'You can’t sign in here';

/** For the next page of an app; its own pages may take them over. */
export const flashMessages = {
  signedOut: 'You are signed out.',
  signedOutHereOnly:
    'You are signed out here. Logto could not be reached, so you may still be signed in there.',
  anotherAccount: 'You are signed in with another account than before.',
  returnPathLost:
    'You are signed in. The address of the page that you wanted is too long to be kept: please open it again.',
};

/** What the kit's own pages say, in English. */
export const en: Messages = {
  language: 'en',
  home: 'Home page',
  startAgain: 'Start again',
  connectAgain: CONNECT,
  requestId: 'Request ID',
  goOn: 'Go on',
  signingIn: 'Signing in',
  signingOut: 'Signing out',
  ...flashMessages,
  link: {
    title: 'Sign in with this link?',
    isFor: (email) =>
      `The link is for ${email}. If that isn’t you, or you didn’t expect it, don’t go on.`,
    signedInAs: (name) => `You are signed in as ${name}. That session ends when you go on.`,
    signInAs: (email) => `Sign in as ${email}`,
  },
  membersOnly: ({ organizations, account, isPending }) =>
    `Only members of ${organizations} at Hugging Face may sign in here, and ${account ? `the account ${account}` : 'this account'} ${
      isPending
        ? 'has not yet done what that organization wants of its members: single sign-on, or a second factor.'
        : 'is not one of them.'
    }`,
  errors: {
    sign_in_not_found: [NOT_FINISHED, 'It was started too long ago, or in another browser.'],
    callback_malformed: [NOT_FINISHED, 'The answer from Logto was incomplete.'],
    issuer_mismatch: [NOT_FINISHED, 'The answer came from somebody other than our Logto.'],
    issuer_missing: [NOT_FINISHED, 'The answer from Logto did not say who sent it.'],
    denied: [NOT_FINISHED, 'Somebody said no at Logto, or this account has no access.'],
    refused_by_logto: [NOT_FINISHED, 'Logto came back with an error.'],
    code_refused: [NOT_FINISHED, 'Logto didn’t accept the code it had sent with you.'],
    id_token_invalid: [NOT_FINISHED, 'What Logto told us about you could not be verified.'],
    signed_out_meanwhile: [NOT_FINISHED, 'Your sessions were ended while you were signing in.'],
    hugging_face_not_connected: [CONNECT, 'This site has no permission of yours at Hugging Face.'],
    hugging_face_expired: [CONNECT, 'The permission that you gave at Hugging Face has run out.'],
    hugging_face_scope_missing: [CONNECT, 'You signed in before this site could ask for it.'],
    hugging_face_refused: [CONNECT, 'Hugging Face no longer takes the permission that you gave.'],
    hugging_face_unavailable: [
      'We can’t reach Hugging Face for you right now',
      'Wait a minute, then try again. You have not been signed out.',
    ],
    hugging_face_misconfigured: [
      'This site can’t ask Hugging Face for you',
      'Whoever runs it has to fix that: its log says what is missing.',
    ],
    sign_in_denied: [DENIED, 'This site has not let you in.'],
    logto_unavailable: [
      'We can’t reach our sign-in service right now',
      'Wait a minute, then try again. If you are signed in already, you still are.',
    ],
    logto_wrong_issuer: [
      'Our sign-in service isn’t the one we expect',
      'Logto answers under another name than this site knows, so we stopped.',
    ],
    logto_refused: ['Our sign-in service said no', 'Logto refused what this site asked for.'],
    session_ended: ['Your session has ended', 'Sign in again.'],
    unauthorized: ['This needs an access token', 'There was none, or it is not valid here.'],
    forbidden: ['You can’t do this yet', 'Your account lacks a permission or role for it.'],
    invalid_input: ['Something isn’t right yet', 'Change it, then send it again.'],
    session_store_unavailable: [
      'We can’t reach our session store right now',
      'Wait a minute, then try again. You have not been signed out.',
    ],
    bad_input: ['This link isn’t quite right', 'Check the link, or start from the home page.'],
    sign_in_link_not_open: [
      'Open your link once more',
      'It was opened over 10 minutes ago or in another browser, was used, or another was opened since.',
    ],
    not_a_navigation: [
      'A sign-in starts with a click',
      'This address was fetched in the background, so nothing was started.',
    ],
    method_not_allowed: [
      'This address is for reading only',
      'It was asked for in a way that it doesn’t answer, so nothing was changed.',
    ],
    cross_site_request: [
      'That didn’t come from our own pages',
      'Another site asked for a change here. Nothing was changed.',
    ],
    insecure_request: [
      'This page needs https',
      'The request reached this server without encryption, or its proxy didn’t say otherwise.',
    ],
    unexpected_host: [
      'This site has another address',
      'Open it by that one. A proxy in front must pass the Host header on as it came.',
    ],
    invalid_logout_token: ['The logout token was not accepted', 'Nothing was changed.'],
    invalid_webhook: ['The webhook was not accepted', 'Nothing was changed.'],
    too_many_requests: ['That was a little too often', 'Wait a minute, then try again.'],
    http_error: ['That didn’t work', 'The request could not be answered as it was.'],
    misuse: ['Something broke on our side', 'The log of this site says what it is.'],
    unexpected: ['Something broke on our side', 'Try again in a minute.'],
    not_found: ['There is no page here', 'The address may be mistyped.'],
  },
};
