import { STATUS_CODES } from 'node:http';
import {
  type AppError,
  BadInput,
  HUGGING_FACE_FAILURES,
  type HuggingFaceFailure,
  InsecureRequest,
  InvalidInput,
  type Reason,
  SignInDenied,
  type SignInFailure,
  UnexpectedHost,
} from '../doorstep/index.ts';
import { denied } from './denial-copy.ts';
import type { ErrorContext, ErrorCopy, Sentence } from './view-models.ts';

export const errorCopy = (error: AppError, context: ErrorContext): ErrorCopy => {
  const entry = COPY[error.reason];
  const copy = typeof entry === 'function' ? entry(error, context) : entry;
  const isFinal = hasOwnWayOn(error.reason) || context.returnTo === null;
  return isFinal ? copy : interrupted(copy, context);
};

const hasOwnWayOn = (reason: Reason) =>
  Object.hasOwn(NOT_FINISHED, reason) || HUGGING_FACE_FAILURES.some((one) => one === reason);

const HOME = { label: 'Go to the home page', href: '/', huggingFace: false };
const openAt = (href: string) => ({
  label: `Open ${new URL(href).origin}`,
  href,
  huggingFace: false,
});
const tryAgain = (href: string) => ({ label: 'Try again', href, huggingFace: false });

const CHECK: Sentence = [
  { code: 'npm run logto:check' },
  ' (in the image: ',
  { code: 'doorstep check' },
  ') says what is wrong with the set-up.',
];

const NOT_FINISHED_HEADING = 'We couldn’t finish signing you in';

/** A sign-in of its own, which leads to where the person wanted to go. */
function startAgain({ returnTo }: ErrorContext): ErrorCopy['action'] {
  const back = !returnTo || returnTo === '/' ? '' : `&return_to=${encodeURIComponent(returnTo)}`;
  return {
    label: 'Continue with Hugging Face',
    href: `/sign-in?direct_sign_in=social:huggingface${back}`,
    huggingFace: true,
  };
}

/** A sign-in that was not finished: why, and a way to start again that keeps the way back. */
const notFinished =
  (why: Sentence, operator?: Sentence) =>
  (_error: AppError, context: ErrorContext): ErrorCopy => ({
    heading: NOT_FINISHED_HEADING,
    illustration: 'ajar',
    happened: { text: why },
    todo: ['Start again from here. It takes a few seconds, and nothing was lost.'],
    ...(operator && { operator }),
    action: startAgain(context),
  });

/** Any other error of a callback: trying that address again would not help, or would show its code. */
const interrupted = (copy: ErrorCopy, context: ErrorContext): ErrorCopy => ({
  ...copy,
  todo: ['Wait a minute, then start again from here. You will come to the page that you wanted.'],
  action: startAgain(context),
});

type Copy = ErrorCopy | ((error: AppError, context: ErrorContext) => ErrorCopy);

/** Operators are pointed to the check where a wrong setting at Logto or here can be behind it. */
const NOT_FINISHED: Record<SignInFailure, Copy> = {
  sign_in_not_found: notFinished([
    'This sign-in was started too long ago, or in another browser, or it was finished already. To keep you safe, we stopped it.',
  ]),
  callback_malformed: notFinished([
    'The answer from Logto was incomplete. To keep you safe, we stopped it.',
  ]),
  issuer_missing: notFinished(
    [
      'The answer from Logto arrived without its ',
      { code: 'iss' },
      ', the part that says who sent it. To keep you safe, we stopped it.',
    ],
    [
      'Logto always sends ',
      { code: 'iss' },
      '. A firewall or proxy between the browser and this site removes it, often because its value is an address: let it pass for ',
      { code: '/callback' },
      '.',
    ],
  ),
  issuer_mismatch: notFinished(
    ['The answer came from somebody other than our Logto. To keep you safe, we stopped it.'],
    CHECK,
  ),
  denied: notFinished([
    'Logto came back without signing you in: somebody said no, or the account may not sign in here.',
  ]),
  refused_by_logto: notFinished(
    ['Logto came back with an error instead of signing you in.'],
    CHECK,
  ),
  code_refused: notFinished(
    [
      'Logto didn’t accept the code that it had sent with you. It may have been used before, or have expired.',
    ],
    CHECK,
  ),
  id_token_invalid: notFinished(
    ['What Logto told us about you could not be verified. To keep you safe, we stopped it.'],
    CHECK,
  ),
  signed_out_meanwhile: (_error, context) => ({
    heading: NOT_FINISHED_HEADING,
    illustration: 'ajar',
    happened: { text: ['Your sessions were ended while you were signing in.'] },
    todo: ['Start again from here. It takes a few seconds.'],
    action: startAgain(context),
  }),
};

/** A step of its own: to Hugging Face, and back to exactly this page. Once; then it is an error. */
const notConnected =
  (why: string) =>
  (_error: AppError, { connect }: ErrorContext): ErrorCopy =>
    connect
      ? {
          heading: 'Connect Hugging Face again',
          illustration: 'ajar',
          happened: { text: [why] },
          todo: ['Connect it from here, as the same person. You come back to exactly this page.'],
          action: { label: 'Connect Hugging Face again', href: connect, huggingFace: true },
        }
      : {
          heading: 'Connecting Hugging Face didn’t help',
          illustration: 'locked',
          happened: { text: [why, ' You have connected it just now, and that is still so.'] },
          todo: ['Try again in some minutes. If it stays like this, quote the request ID below.'],
          operator: CHECK,
          action: HOME,
        };

const NOT_CONNECTED: Record<HuggingFaceFailure, Copy> = {
  hugging_face_not_connected: notConnected(
    'This page works with your account at Hugging Face, and this site has no permission for it.',
  ),
  hugging_face_expired: notConnected('The permission that you gave at Hugging Face has run out.'),
  hugging_face_scope_missing: notConnected(
    'This page works with your account at Hugging Face, and you signed in before this site could ask for that.',
  ),
  hugging_face_refused: notConnected(
    'Hugging Face no longer takes the permission that you gave; you may have taken it back there.',
  ),
};

const MAY_BE_DONE = 'What you asked for may or may not have been done.';

const UNEXPECTED = (_error: AppError, { mayBeDone, returnTo }: ErrorContext): ErrorCopy => {
  const before = returnTo === null ? 'You are still signed in if you were before.' : '';
  const text = `It isn’t your doing. ${mayBeDone ? MAY_BE_DONE : before}`.trim();
  return {
    heading: 'Something broke on our side',
    illustration: 'waiting',
    happened: { text: [text] },
    todo: ['Try again in a minute. If it stays like this, quote the request ID below.'],
    action: HOME,
  };
};

/** What is true depends on how far the request had got when Redis failed. */
function storeUnavailable(
  _error: AppError,
  { address, returnTo, mayBeDone }: ErrorContext,
): ErrorCopy {
  const page = {
    heading: 'We can’t reach our session store right now',
    illustration: 'waiting',
  } satisfies Partial<ErrorCopy>;
  if (returnTo !== null) {
    const text = ['Our session store can’t be reached, so your sign-in could not be kept.'];
    return { ...page, happened: { text }, todo: null, action: HOME };
  }
  if (mayBeDone && pathOf(address) === '/sign-out') {
    return {
      ...page,
      happened: {
        heading: 'You may still be signed in',
        text: ['We asked to delete your session and got no answer.'],
      },
      todo: ['Wait a minute, then sign out once more.'],
      action: { label: 'Sign out again', href: '/sign-out', huggingFace: false },
    };
  }
  if (mayBeDone) {
    return {
      ...page,
      happened: { text: [MAY_BE_DONE] },
      todo: ['Wait a minute, then look whether it was done, and do it again if it wasn’t.'],
      action: HOME,
    };
  }
  return {
    ...page,
    happened: {
      heading: 'You have not been signed out',
      text: ['We ended nothing. This page just can’t read your session at the moment.'],
    },
    todo: ['Wait a minute, then try again. You shouldn’t need to sign in.'],
    action: tryAgain(address),
  };
}

/** For every reason there is; the compiler wants all of them. */
const COPY: Record<Reason, Copy> = {
  ...NOT_FINISHED,
  ...NOT_CONNECTED,
  hugging_face_unavailable: (_error, { address }) => ({
    heading: 'We can’t reach Hugging Face for you right now',
    illustration: 'waiting',
    happened: {
      text: ['Hugging Face doesn’t answer as it should. You have not been signed out.'],
    },
    todo: [
      'Wait a minute, then try again. If it stays like this, sign out and in again with Hugging Face.',
    ],
    action: tryAgain(address),
  }),
  hugging_face_misconfigured: {
    heading: 'This site can’t ask Hugging Face for you',
    illustration: 'locked',
    happened: { text: ['Whoever runs the site has to fix this. You have not been signed out.'] },
    todo: ['Try again later. If it stays like this, quote the request ID below.'],
    operator: CHECK,
    action: HOME,
  },
  session_store_unavailable: storeUnavailable,
  sign_in_denied: (error) => ({
    heading: 'You can’t sign in here',
    illustration: 'locked',
    happened: {
      text: [error instanceof SignInDenied ? error.shown : 'This site doesn’t let you in.'],
    },
    todo: ['If you think that you should, ask whoever runs this site.'],
    action: HOME,
  }),
  logto_unavailable: (_error, { address }) => ({
    heading: 'We can’t reach our sign-in service right now',
    illustration: 'waiting',
    happened: { text: ['Logto, which signs people in here, doesn’t answer as it should.'] },
    todo: ['Wait a minute, then try again. If you are signed in already, you still are.'],
    operator: CHECK,
    action: tryAgain(address),
  }),
  logto_wrong_issuer: {
    heading: 'Our sign-in service isn’t the one we expect',
    illustration: 'locked',
    happened: {
      text: [
        'Logto answers under another name than this site knows. To keep you safe, we stopped.',
      ],
    },
    todo: ['Whoever runs the site has to fix this. If you are signed in already, you still are.'],
    operator: CHECK,
    action: HOME,
  },
  logto_refused: {
    heading: 'Our sign-in service said no',
    illustration: 'locked',
    happened: {
      text: ['Logto refused what this site asked for. Whoever runs the site has to fix this.'],
    },
    todo: ['Try again later. If it stays like this, quote the request ID below.'],
    operator: CHECK,
    action: HOME,
  },
  session_ended: {
    heading: 'Your session has ended',
    illustration: 'locked',
    happened: { text: ['Logto no longer confirms it.'] },
    todo: ['Sign in again.'],
    action: { label: 'Sign in', href: '/sign-in', huggingFace: false },
  },
  unauthorized: {
    heading: 'This needs an access token',
    illustration: 'locked',
    happened: { text: ['There was none, or it is not valid here.'] },
    todo: ['Get one from Logto for this API, and send it as Authorization: Bearer.'],
    action: HOME,
  },
  forbidden: denied,
  invalid_input: (error) => {
    const fields = error instanceof InvalidInput ? Object.entries(error.fields) : [];
    const mistakes = fields.map(([name, hint]) => `${name} ${hint}`);
    return {
      heading: 'Something isn’t right yet',
      illustration: 'missing',
      happened: { text: [`${mistakes.join('; ')}.`] },
      todo: ['Change it, then send it again.'],
      action: HOME,
    };
  },
  bad_input: (error) => ({
    heading: 'This link isn’t quite right',
    illustration: 'missing',
    happened: {
      text: [
        `It says something that this page doesn’t understand: ${error instanceof BadInput ? error.hint : 'a parameter is invalid'}.`,
      ],
    },
    todo: ['Check the link, or start from the home page.'],
    action: HOME,
  }),
  sign_in_link_not_open: {
    heading: 'Open your link once more',
    illustration: 'ajar',
    happened: {
      text: [
        'It was opened over 10 minutes ago or in another browser, or it was used, or another link was opened after it. Nobody was signed in or out.',
      ],
    },
    todo: ['Open the link again where you got it. If it has been used, ask for a new one.'],
    action: HOME,
  },
  not_a_navigation: {
    heading: 'A sign-in starts with a click',
    illustration: 'locked',
    happened: { text: ['This address was fetched in the background, so nothing was started.'] },
    todo: ['Open it yourself, from the home page.'],
    action: HOME,
  },
  method_not_allowed: {
    heading: 'This address is for reading only',
    illustration: 'locked',
    happened: {
      text: ['It was asked for in a way that it doesn’t answer, so nothing was changed.'],
    },
    todo: ['Start from the home page.'],
    action: HOME,
  },
  cross_site_request: {
    heading: 'That didn’t come from our own pages',
    illustration: 'locked',
    happened: {
      text: [
        'Another site, or a browser that doesn’t say where it comes from, asked for a change here. Nothing was changed.',
      ],
    },
    todo: ['If it was you, do it from our own page.'],
    action: HOME,
  },
  insecure_request: (error) => ({
    heading: 'This page needs https',
    illustration: 'locked',
    happened: {
      text: [
        'The request reached this server without encryption, or the proxy in front of it didn’t say otherwise.',
      ],
    },
    todo: ['Open the address with https in front.'],
    operator: [
      'This request was sent from ',
      { code: error instanceof InsecureRequest ? error.sentFrom : 'an unknown address' },
      '. If that is your proxy, let it send ',
      { code: 'X-Forwarded-Proto: https' },
      ' and name that address, or its network, in ',
      { code: 'TRUST_PROXY' },
      '.',
    ],
    action: HOME,
  }),
  unexpected_host: (error) => ({
    heading: 'This site has another address',
    illustration: 'missing',
    happened: {
      text: [
        'This request was for ',
        { code: error instanceof UnexpectedHost ? error.host : 'another host' },
        '. This site answers at the address below only.',
      ],
    },
    todo: ['Open it there.'],
    operator: [
      'Is that where you were already? Then the proxy in front changes the ',
      { code: 'Host' },
      ' header: let it pass on what came (nginx: ',
      { code: 'proxy_set_header Host $http_host' },
      '). If people see another address than the one below, set ',
      { code: 'BASE_URL' },
      ' to theirs and restart the app.',
    ],
    action: error instanceof UnexpectedHost ? openAt(error.address) : HOME,
  }),
  too_many_requests: {
    heading: 'That was a little too often',
    illustration: 'waiting',
    happened: {
      text: ['Many requests came from your address within a minute. Nothing was changed.'],
    },
    todo: ['Wait a minute, then try again.'],
    action: HOME,
  },
  http_error: ({ status }) => ({
    heading: 'That can’t be done',
    illustration: 'missing',
    happened: { text: [`This site answered ${status} (${STATUS_CODES[status] ?? 'an error'}).`] },
    todo: ['Go back and try it another way. If it stays like this, quote the request ID below.'],
    action: HOME,
  }),
  not_found: (_error, { address }) => ({
    heading: 'There is no page here',
    illustration: 'missing',
    happened: null,
    intro: [
      'Nothing answers at ',
      { code: shorten(pathOf(address)) },
      '. The address may be mistyped, or the page has moved.',
    ],
    todo: null,
    action: HOME,
  }),
  // Answers to Logto, not to a person.
  invalid_logout_token: UNEXPECTED,
  invalid_webhook: UNEXPECTED,
  misuse: UNEXPECTED,
  unexpected: UNEXPECTED,
};

const pathOf = (address: string) => address.split(/[?#]/)[0] ?? '/';
const shorten = (path: string) => (path.length > 60 ? `${path.slice(0, 60)}…` : path);
