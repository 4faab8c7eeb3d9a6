import { STATUS_CODES } from 'node:http';
import {
  type AppError,
  BadInput,
  HUGGING_FACE_FAILURES,
  type HuggingFaceFailure,
  InsecureRequest,
  InvalidInput,
  MembersOnlyDenial,
  type Reason,
  SignInDenied,
  type SignInFailure,
  UnexpectedHost,
} from '../doorstep/index.ts';
import { denied } from './denial-copy.ts';
import type { Sentence } from './languages/messages.ts';
import type { Messages } from './languages/translation.ts';
import { HUGGING_FACE_SIGN_IN } from './logto-pages.ts';
import type { ErrorContext, ErrorCopy, Illustration } from './view-models.ts';

/** What the error page says; during a callback, with a fresh sign-in as the way on. */
export const errorCopy = (t: Messages, error: AppError, context: ErrorContext): ErrorCopy => {
  const copy = COPY[error.reason](t, error, context);
  const isFinal = hasOwnWayOn(error.reason) || context.returnTo === null;
  return isFinal ? copy : interrupted(t, copy, context);
};

const hasOwnWayOn = (reason: Reason) =>
  Object.hasOwn(NOT_FINISHED, reason) || HUGGING_FACE_FAILURES.some((one) => one === reason);

type Action = (t: Messages, context: ErrorContext) => ErrorCopy['action'];

const home: Action = ({ common }) => ({ label: common.home, href: '/', huggingFace: false });
const tryAgain: Action = ({ common }, { address }) => ({
  label: common.tryAgain,
  href: address,
  huggingFace: false,
});
const openAt = ({ errors }: Messages, href: string) => ({
  label: errors.openAt({ origin: new URL(href).origin }),
  href,
  huggingFace: false,
});

/** A sign-in of its own, which leads to where the person wanted to go. */
const startAgain: Action = ({ common }, { returnTo }) => {
  const back = !returnTo || returnTo === '/' ? '' : `&return_to=${encodeURIComponent(returnTo)}`;
  return {
    label: common.continueWithHuggingFace,
    href: HUGGING_FACE_SIGN_IN + back,
    huggingFace: true,
  };
};

type Copy = (t: Messages, error: AppError, context: ErrorContext) => ErrorCopy;
type Errors = Messages['errors'];

/** A sign-in that was not finished: why, and a way to start again that keeps the way back. */
const notFinished =
  (
    why: (copy: Errors['notFinished']) => Sentence,
    operator?: (errors: Errors) => Sentence,
    todo: (copy: Errors['notFinished']) => Sentence = (copy) => copy.todo,
  ): Copy =>
  (t, _error, context) => ({
    heading: t.errors.notFinished.heading,
    illustration: 'ajar',
    happened: { text: why(t.errors.notFinished) },
    todo: todo(t.errors.notFinished),
    ...(operator && { operator: operator(t.errors) }),
    action: startAgain(t, context),
  });

/** Any other error of a callback: trying that address again would not help, or would show its code. */
const interrupted = (t: Messages, copy: ErrorCopy, context: ErrorContext): ErrorCopy => ({
  ...copy,
  todo: t.errors.interrupted,
  action: startAgain(t, context),
});

const check = (errors: Errors) => errors.check;

/** Operators are pointed to the check where a wrong setting at Logto or here can be behind it. */
const NOT_FINISHED: Record<SignInFailure, Copy> = {
  sign_in_not_found: notFinished((copy) => copy.sign_in_not_found),
  callback_malformed: notFinished((copy) => copy.callback_malformed),
  issuer_missing: notFinished(
    (copy) => copy.issuer_missing,
    (errors) => errors.notFinished.issuer_missing_operator,
  ),
  issuer_mismatch: notFinished((copy) => copy.issuer_mismatch, check),
  denied: notFinished((copy) => copy.denied),
  refused_by_logto: notFinished((copy) => copy.refused_by_logto, check),
  code_refused: notFinished((copy) => copy.code_refused, check),
  id_token_invalid: notFinished((copy) => copy.id_token_invalid, check),
  signed_out_meanwhile: notFinished(
    (copy) => copy.signed_out_meanwhile,
    undefined,
    (copy) => copy.signed_out_meanwhile_todo,
  ),
};

/** A step of its own: to Hugging Face, and back to exactly this page. Once; then it is an error. */
const notConnected =
  (reason: HuggingFaceFailure): Copy =>
  (t, _error, context) => {
    const copy = t.errors.notConnected;
    const why = copy[reason];
    if (context.connect !== null) {
      return {
        heading: t.common.connectAgain,
        illustration: 'ajar',
        happened: { text: why },
        todo: copy.todo,
        action: { label: t.common.connectAgain, href: context.connect, huggingFace: true },
      };
    }
    return {
      heading: copy.repeatedHeading,
      illustration: 'locked',
      happened: { text: copy.repeated({ why }) },
      todo: copy.repeatedTodo,
      operator: t.errors.check,
      action: home(t, context),
    };
  };

const NOT_CONNECTED: Record<HuggingFaceFailure, Copy> = {
  hugging_face_not_connected: notConnected('hugging_face_not_connected'),
  hugging_face_expired: notConnected('hugging_face_expired'),
  hugging_face_scope_missing: notConnected('hugging_face_scope_missing'),
  hugging_face_refused: notConnected('hugging_face_refused'),
};

const unexpected: Copy = (t, _error, context) => {
  const copy = t.errors.unexpected;
  const { mayBeDone, returnTo } = context;
  const text = mayBeDone ? copy.mayBeDone : returnTo === null ? copy.stillSignedIn : copy.happened;
  return {
    heading: copy.heading,
    illustration: 'waiting',
    happened: { text },
    todo: copy.todo,
    action: home(t, context),
  };
};

/** What is true depends on how far the request had got when Redis failed. */
const storeUnavailable: Copy = (t, _error, context) => {
  const { address, returnTo, mayBeDone } = context;
  const copy = t.errors.session_store_unavailable;
  const page = { heading: copy.heading, illustration: 'waiting' } satisfies Partial<ErrorCopy>;
  if (returnTo !== null) {
    return { ...page, happened: { text: copy.notKept }, todo: null, action: home(t, context) };
  }
  if (mayBeDone && pathOf(address) === '/sign-out') {
    return {
      ...page,
      happened: { heading: copy.maybeSignedIn, text: copy.maybeSignedInText },
      todo: copy.maybeSignedInTodo,
      action: { label: copy.signOutAgain, href: '/sign-out', huggingFace: false },
    };
  }
  if (mayBeDone) {
    return {
      ...page,
      happened: { text: t.errors.mayBeDone },
      todo: copy.mayBeDoneTodo,
      action: home(t, context),
    };
  }
  return {
    ...page,
    happened: { heading: copy.notSignedOut, text: copy.notSignedOutText },
    todo: copy.notSignedOutTodo,
    action: tryAgain(t, context),
  };
};

/** The app's own reason is as it says it. */
function whyDenied({ errors }: Messages, error: SignInDenied): Sentence {
  if (!(error instanceof MembersOnlyDenial)) return error.shown;
  const copy = errors.sign_in_denied;
  const { organizations, isPending } = error;
  const account = error.account ? copy.account({ account: error.account }) : copy.thisAccount;
  return (isPending ? copy.notYetMember : copy.noMember)({ organizations, account });
}

/** Those that say the same whatever the request was. */
type Plain = {
  [Key in keyof Errors]: Errors[Key] extends { heading: string; happened: Sentence; todo: Sentence }
    ? Key
    : never;
}[keyof Errors];

const plain =
  (
    reason: Plain,
    illustration: Illustration,
    { action = home, operator }: { action?: Action; operator?: (errors: Errors) => Sentence } = {},
  ): Copy =>
  (t, _error, context) => {
    const { heading, happened, todo } = t.errors[reason];
    return {
      heading,
      illustration,
      happened: { text: happened },
      todo,
      ...(operator && { operator: operator(t.errors) }),
      action: action(t, context),
    };
  };

/** For every reason there is; the compiler wants all of them. The words are `errors` of a language. */
const COPY: Record<Reason, Copy> = {
  ...NOT_FINISHED,
  ...NOT_CONNECTED,
  hugging_face_unavailable: plain('hugging_face_unavailable', 'waiting', { action: tryAgain }),
  hugging_face_misconfigured: plain('hugging_face_misconfigured', 'locked', { operator: check }),
  session_store_unavailable: storeUnavailable,
  sign_in_denied: (t, error, context) => ({
    heading: t.errors.sign_in_denied.heading,
    illustration: 'locked',
    happened: error instanceof SignInDenied ? { text: whyDenied(t, error) } : null,
    todo: t.errors.sign_in_denied.todo,
    action: home(t, context),
  }),
  logto_unavailable: plain('logto_unavailable', 'waiting', { operator: check, action: tryAgain }),
  logto_wrong_issuer: plain('logto_wrong_issuer', 'locked', { operator: check }),
  logto_refused: plain('logto_refused', 'locked', { operator: check }),
  session_ended: plain('session_ended', 'locked', {
    action: ({ errors }) => ({
      label: errors.session_ended.action,
      href: '/sign-in',
      huggingFace: false,
    }),
  }),
  unauthorized: plain('unauthorized', 'locked'),
  forbidden: denied,
  invalid_input: (t, error, context) => {
    const fields = error instanceof InvalidInput ? Object.entries(error.fields) : [];
    const mistakes = fields.map(([name, hint]) => `${name} ${hint}`).join('; ');
    return {
      heading: t.errors.invalid_input.heading,
      illustration: 'missing',
      happened: { text: t.errors.invalid_input.happened({ mistakes }) },
      todo: t.errors.invalid_input.todo,
      action: home(t, context),
    };
  },
  bad_input: (t, error, context) => ({
    heading: t.errors.bad_input.heading,
    illustration: 'missing',
    happened: {
      text: t.errors.bad_input.happened({ hint: error instanceof BadInput ? error.hint : '' }),
    },
    todo: t.errors.bad_input.todo,
    action: home(t, context),
  }),
  sign_in_link_not_open: plain('sign_in_link_not_open', 'ajar'),
  not_a_navigation: plain('not_a_navigation', 'locked'),
  method_not_allowed: plain('method_not_allowed', 'locked'),
  cross_site_request: plain('cross_site_request', 'locked'),
  insecure_request: (t, error, context) => {
    const copy = t.errors.insecure_request;
    const address = error instanceof InsecureRequest ? error.sentFrom : '';
    return {
      heading: copy.heading,
      illustration: 'locked',
      happened: { text: copy.happened },
      todo: copy.todo,
      operator: copy.operator({ address }),
      action: home(t, context),
    };
  },
  unexpected_host: (t, error, context) => {
    const copy = t.errors.unexpected_host;
    const { host, address } = error instanceof UnexpectedHost ? error : { host: '', address: null };
    return {
      heading: copy.heading,
      illustration: 'missing',
      happened: { text: copy.happened({ host }) },
      todo: copy.todo,
      operator: copy.operator,
      action: address === null ? home(t, context) : openAt(t, address),
    };
  },
  too_many_requests: plain('too_many_requests', 'waiting'),
  http_error: (t, { status }, context) => {
    const copy = t.errors.http_error;
    const meaning = STATUS_CODES[status] ?? 'Error';
    return {
      heading: copy.heading,
      illustration: 'missing',
      happened: { text: copy.happened({ status, meaning }) },
      todo: copy.todo,
      action: home(t, context),
    };
  },
  not_found: (t, _error, context) => ({
    heading: t.errors.not_found.heading,
    illustration: 'missing',
    happened: null,
    intro: t.errors.not_found.intro({ address: shorten(pathOf(context.address)) }),
    todo: null,
    action: home(t, context),
  }),
  // Answers to Logto, not to a person.
  invalid_logout_token: unexpected,
  invalid_webhook: unexpected,
  misuse: unexpected,
  unexpected,
};

const pathOf = (address: string) => address.split(/[?#]/)[0] ?? '/';
const shorten = (path: string) => (path.length > 60 ? `${path.slice(0, 60)}…` : path);
