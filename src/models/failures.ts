import type { Sentence } from '../site/view-models.ts';

/** Why there is no answer, or no whole one. */
export type ModelFailure =
  | 'not_accepted'
  | 'not_permitted'
  | 'out_of_credits'
  | 'too_fast'
  | 'one_at_a_time'
  | 'overloaded'
  | 'model_gone'
  | 'refused'
  | 'unreachable'
  | 'too_slow'
  | 'unreadable'
  | 'empty'
  | 'broken_off'
  | 'too_long';

/** What a model, or who runs it, did not give. The message is for the log: no word of question or answer. */
export class ModelFailed extends Error {
  readonly reason: ModelFailure;
  /** What was answered, where it was. */
  readonly httpStatus: number | null;
  /** When to come again, where that was said. */
  readonly retryAfterSeconds: number | null;

  constructor(
    reason: ModelFailure,
    about: { httpStatus?: number | null; retryAfterSeconds?: number | null } = {},
  ) {
    super(`No answer of a model: ${reason}`);
    this.name = 'ModelFailed';
    this.reason = reason;
    this.httpStatus = about.httpStatus ?? null;
    this.retryAfterSeconds = about.retryAfterSeconds ?? null;
  }
}

interface FailureCopy {
  /** Of our page, unless a part of the answer is out already. */
  status: number;
  heading: string;
  happened: string;
  todo: Sentence;
  /** Where to do it, if not here. */
  way?: 'connect' | 'billing';
}

/** For every reason there is; the compiler wants all of them. */
export const FAILURE_COPY: Record<ModelFailure, FailureCopy> = {
  not_accepted: {
    status: 403,
    heading: 'Connect Hugging Face again',
    happened:
      'Hugging Face no longer takes the permission that you gave; you may have taken it back.',
    todo: ['Connect it again as the same person, then ask once more.'],
    way: 'connect',
  },
  not_permitted: {
    status: 403,
    heading: 'You gave no permission to run models',
    happened: 'Hugging Face says that this site may not run a model for you.',
    todo: ['Connect Hugging Face again, and on its page leave the permission to run models in.'],
    way: 'connect',
  },
  out_of_credits: {
    status: 402,
    heading: 'Your credits at Hugging Face are used up',
    happened: 'Hugging Face runs models on your credits, and says that none are left.',
    todo: ['Add credits there, or wait for those of next month. Then ask again.'],
    way: 'billing',
  },
  too_fast: {
    status: 429,
    heading: 'That was too fast for Hugging Face',
    happened: 'It takes only so many questions of one person in a minute.',
    todo: ['Wait a minute, then ask again.'],
  },
  one_at_a_time: {
    status: 429,
    heading: 'Your last question is still being answered',
    happened: 'One question at a time: this one was not sent.',
    todo: ['Wait for that answer, or stop loading its page. Then ask again.'],
  },
  overloaded: {
    status: 503,
    heading: 'The model is too busy',
    happened: 'Hugging Face has nobody free to run it right now.',
    todo: ['Wait a minute, then ask again.'],
  },
  model_gone: {
    status: 502,
    heading: 'The model is gone',
    happened: 'Hugging Face has no such model, or nobody there runs it any more.',
    todo: ['If you run this site, name another one in ', { code: 'HF_MODEL' }, '.'],
  },
  refused: {
    status: 502,
    heading: 'The model didn’t take the question',
    happened: 'Hugging Face refused it, and did not say why in a way that this site understands.',
    todo: ['Ask it in other words, or shorter. If it stays like this, quote the request ID below.'],
  },
  unreachable: {
    status: 503,
    heading: 'We can’t reach Hugging Face right now',
    happened: 'No answer came back. You have not been signed out.',
    todo: ['Wait a minute, then ask again.'],
  },
  too_slow: {
    status: 504,
    heading: 'The model took too long',
    happened: 'The time for an answer was over, so this site stopped it.',
    todo: ['Ask again, or ask for something shorter.'],
  },
  unreadable: {
    status: 502,
    heading: 'The answer can’t be read',
    happened: 'What came from Hugging Face is no answer of a model.',
    todo: ['Ask again. If it stays like this, quote the request ID below.'],
  },
  empty: {
    status: 502,
    heading: 'The model said nothing',
    happened: 'Its answer came, with not a word in it.',
    todo: ['Ask again, or in other words.'],
  },
  broken_off: {
    status: 502,
    heading: 'The answer breaks off',
    happened: 'The connection to Hugging Face was cut before its end.',
    todo: ['Ask again.'],
  },
  too_long: {
    status: 502,
    heading: 'The answer is cut short',
    happened: 'It is longer than this page shows, or than the model may write.',
    todo: ['Ask for something shorter, or for the rest.'],
  },
};
