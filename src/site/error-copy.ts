import type { SignInFailure } from '../doorstep/errors.ts';
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

export const HOME = { label: 'Go to the home page', href: '/', huggingFace: false };

export const CHECK: Sentence = [
  { code: 'npm run logto:check' },
  ' says what is wrong with the set-up.',
];

/** With the session store away, on any page. */
export const NOT_SIGNED_OUT: Pick<ErrorWords, 'happened' | 'todo'> = {
  happened: {
    heading: 'You have not been signed out',
    text: ['We ended nothing. This page just can’t read your session at the moment.'],
  },
  todo: ['Wait a minute, then try again. You shouldn’t need to sign in.'],
};
/** With the session store away, on the callback. */
export const NOT_FINISHED: Pick<ErrorWords, 'happened' | 'todo'> = {
  happened: { text: ['We couldn’t finish signing you in, since nothing can be kept right now.'] },
  todo: ['Wait a minute, then try again. If that doesn’t go on, start again from the home page.'],
};

/** Why a sign-in was not finished. */
export const WHY: Record<SignInFailure, string> = {
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
  signed_out_meanwhile: 'Your sessions were ended while you were signing in.',
};

/** Errors whose words need nothing of the request. */
export const BY_REASON: Record<string, ErrorWords | undefined> = {
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
  logto_wrong_issuer: {
    heading: 'Our sign-in service isn’t the one we expect',
    drawing: 'locked',
    happened: {
      text: [
        'Logto answers under another name than this site knows. To keep you safe, we stopped.',
      ],
    },
    todo: [
      'This is for whoever runs the site to mend. If you are signed in already, you still are.',
    ],
    operator: CHECK,
    action: HOME,
  },
  session_ended: {
    heading: 'Your session has ended',
    drawing: 'locked',
    happened: { text: ['Logto no longer vouches for it.'] },
    todo: ['Sign in again.'],
    action: { label: 'Sign in', href: '/sign-in', huggingFace: false },
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

export const UNEXPECTED: ErrorWords = {
  heading: 'Something broke on our side',
  drawing: 'waiting',
  happened: { text: ['It isn’t your doing, and you are still signed in if you were before.'] },
  todo: ['Try again in a minute. If it stays like this, quote the reference below.'],
  action: HOME,
};
