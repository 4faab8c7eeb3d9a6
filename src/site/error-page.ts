import {
  type AppError,
  BadInput,
  InsecureRequest,
  LogtoUnavailable,
  NotFound,
  SessionStoreUnavailable,
  SignInFailed,
  type SignInFailure,
} from '../doorstep/errors.ts';
import {
  BY_REASON,
  CHECK,
  type ErrorWords,
  HOME,
  NOT_FINISHED,
  NOT_SIGNED_OUT,
  UNEXPECTED,
  WHY,
} from './error-copy.ts';

/** @param address Where the person was, so that "Try again" tries just that. */
export function errorWords(error: AppError, address: string): ErrorWords {
  const tryAgain = { label: 'Try again', href: address, huggingFace: false };
  if (error instanceof SignInFailed) return signInFailed(error);
  if (error instanceof SessionStoreUnavailable) {
    const signingIn = pathOf(address) === '/callback';
    return {
      heading: 'We can’t reach our session store right now',
      drawing: 'waiting',
      ...(signingIn ? NOT_FINISHED : NOT_SIGNED_OUT),
      action: tryAgain,
    };
  }
  if (error instanceof LogtoUnavailable && error.reason === 'logto_unavailable') {
    return {
      heading: 'We can’t reach our sign-in service right now',
      drawing: 'waiting',
      happened: { text: ['Logto, which signs people in here, doesn’t answer as it should.'] },
      todo: ['Wait a minute, then try again. If you are signed in already, you still are.'],
      operator: CHECK,
      action: tryAgain,
    };
  }
  if (error instanceof NotFound) {
    return {
      heading: 'There is no page here',
      drawing: 'missing',
      happened: null,
      lead: [
        'Nothing answers at ',
        { code: shorten(pathOf(address)) },
        '. The address may be mistyped, or the page has moved.',
      ],
      todo: null,
      action: HOME,
    };
  }
  if (error instanceof BadInput) {
    return {
      heading: 'This link isn’t quite right',
      drawing: 'missing',
      happened: { text: [`It says something that this page doesn’t understand: ${error.hint}.`] },
      todo: ['Check the link, or start from the home page.'],
      action: HOME,
    };
  }
  if (error instanceof InsecureRequest) {
    return {
      heading: 'This page needs https',
      drawing: 'locked',
      happened: {
        text: [
          'The request reached this server without encryption, or the proxy in front of it didn’t say otherwise.',
        ],
      },
      todo: ['Open the address with https in front.'],
      operator: [
        'Let the proxy send ',
        { code: 'X-Forwarded-Proto: https' },
        ' and name it in ',
        { code: 'TRUST_PROXY' },
        '.',
      ],
      action: HOME,
    };
  }
  return BY_REASON[error.reason] ?? UNEXPECTED;
}

function signInFailed(error: SignInFailed): ErrorWords {
  const back = error.returnTo === '/' ? '' : `&return_to=${encodeURIComponent(error.returnTo)}`;
  return {
    heading: 'We couldn’t finish signing you in',
    drawing: 'ajar',
    happened: { text: [WHY[error.reason]] },
    todo: ['Start again from here. It takes a few seconds, and nothing was lost.'],
    ...(MAYBE_SET_UP.has(error.reason) && { operator: CHECK }),
    action: {
      label: 'Continue with Hugging Face',
      href: `/sign-in?direct_sign_in=social:huggingface${back}`,
      huggingFace: true,
    },
  };
}

/** Failures that a wrong setting at Logto or here can be behind. */
const MAYBE_SET_UP = new Set<SignInFailure>([
  'refused_by_logto',
  'code_refused',
  'id_token_invalid',
  'issuer_mismatch',
]);

const pathOf = (address: string) => address.split(/[?#]/)[0] ?? '/';
const shorten = (path: string) => (path.length > 60 ? `${path.slice(0, 60)}…` : path);
