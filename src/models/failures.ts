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

interface FailureRule {
  /** Of our page, unless a part of the answer is out already. */
  status: number;
  /** Where to do what its message says, if not here. */
  way?: 'connect' | 'billing';
}

/** For every reason there is; the compiler wants all of them. The words are `models.failures` of a language. */
export const FAILURES: Record<ModelFailure, FailureRule> = {
  not_accepted: { status: 403, way: 'connect' },
  not_permitted: { status: 403, way: 'connect' },
  out_of_credits: { status: 402, way: 'billing' },
  too_fast: { status: 429 },
  one_at_a_time: { status: 429 },
  overloaded: { status: 503 },
  model_gone: { status: 502 },
  refused: { status: 502 },
  unreachable: { status: 503 },
  too_slow: { status: 504 },
  unreadable: { status: 502 },
  empty: { status: 502 },
  broken_off: { status: 502 },
  too_long: { status: 502 },
};
