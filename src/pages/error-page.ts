import {
  type AppError,
  BadInput,
  InsecureRequest,
  LogtoUnavailable,
  NotFound,
  SessionStoreUnavailable,
  SignInFailed,
  type SignInFailure,
} from '../errors.ts';
import type { Drawing, ErrorPage, Sentence } from './view-models.ts';

/** The words of an error page: what happened, what to do, one action. Nothing internal. */
export interface ErrorWords {
  heading: string;
  drawing: Drawing;
  happened: { heading?: string; text: Sentence } | null;
  lead?: Sentence;
  todo: Sentence | null;
  /** For whoever runs the site. */
  operator?: Sentence;
  action: ErrorPage['action'];
}

const HOME = { label: 'Go to the home page', href: '/', huggingFace: false };

/** @param address Where the person was, so that "Try again" tries just that. */
export function errorWords(error: AppError, address: string): ErrorWords {
  const tryAgain = { label: 'Try again', href: address, huggingFace: false };
  if (error instanceof SignInFailed) return signInFailed(error);
  if (error instanceof SessionStoreUnavailable) {
    return {
      heading: 'We can’t reach our session store right now',
      drawing: 'waiting',
      happened: {
        heading: 'You have not been signed out',
        text: ['We ended nothing. This page just can’t read your session at the moment.'],
      },
      todo: ['Wait a minute, then try again. You shouldn’t need to sign in.'],
      action: tryAgain,
    };
  }
  if (error instanceof LogtoUnavailable) {
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
const CHECK: Sentence = [{ code: 'npm run logto:check' }, ' says what is wrong with the set-up.'];

const WHY: Record<SignInFailure, string> = {
  sign_in_not_found:
    'This sign-in was started too long ago, or in another browser. To keep you safe, we stopped it.',
  callback_malformed: 'The answer from Logto was incomplete. To keep you safe, we stopped it.',
  issuer_mismatch:
    'The answer came from somebody other than our Logto. To keep you safe, we stopped it.',
  denied:
    'Logto came back without signing you in: somebody said no, or the account may not come in here.',
  refused_by_logto: 'Logto came back with an error instead of signing you in.',
  code_refused:
    'Logto didn’t accept the code it had sent with you. It may have been used before, or too late.',
  id_token_invalid:
    'What Logto told us about you could not be verified. To keep you safe, we stopped it.',
  signed_out_meanwhile: 'Logto ended your session while you were signing in.',
};

const BY_REASON: Record<string, ErrorWords | undefined> = {
  not_a_navigation: {
    heading: 'A sign-in starts with a click',
    drawing: 'locked',
    happened: { text: ['This address was fetched in the background, so nothing was started.'] },
    todo: ['Open it yourself, from the home page.'],
    action: HOME,
  },
  method_not_allowed: {
    heading: 'This address is for reading only',
    drawing: 'locked',
    happened: {
      text: ['It was asked for in a way that it doesn’t answer, so nothing was changed.'],
    },
    todo: ['Start from the home page.'],
    action: HOME,
  },
  cross_site_request: {
    heading: 'That didn’t come from our own pages',
    drawing: 'locked',
    happened: {
      text: [
        'Another site, or a browser that doesn’t say where it comes from, asked for a change here. Nothing was changed.',
      ],
    },
    todo: ['If it was you, do it from our own page.'],
    action: HOME,
  },
  too_many_requests: {
    heading: 'That was a little too often',
    drawing: 'waiting',
    happened: {
      text: ['Many requests came from your address within a minute. Nothing was changed.'],
    },
    todo: ['Wait a minute, then try again.'],
    action: HOME,
  },
  logto_refused: {
    heading: 'Our sign-in service said no',
    drawing: 'locked',
    happened: {
      text: ['Logto refused what this site asked for. This is for whoever runs the site to mend.'],
    },
    todo: ['Try again later. If it stays like this, quote the reference below.'],
    operator: CHECK,
    action: HOME,
  },
};

const UNEXPECTED: ErrorWords = {
  heading: 'Something broke on our side',
  drawing: 'waiting',
  happened: { text: ['It isn’t your doing, and you are still signed in if you were before.'] },
  todo: ['Try again in a minute. If it stays like this, quote the reference below.'],
  action: HOME,
};

const pathOf = (address: string) => address.split(/[?#]/)[0] ?? '/';
const shorten = (path: string) => (path.length > 60 ? `${path.slice(0, 60)}…` : path);
