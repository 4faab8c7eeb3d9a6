/** Set-up can't go on. The message is for a person: what is wrong, and what to do next. */
export class SetupError extends Error {
  override name = 'SetupError';
}

/** What is needed may be there in a moment. */
export class NotYet extends SetupError {
  override name = 'NotYet';
}

/** Logto has answered, and it was no: unlike with a lost connection, nothing was done. */
export class LogtoRefusal extends SetupError {
  override name = 'LogtoRefusal';
}

/** The way the command was called, or what it was given, is wrong. Nothing was done yet. */
export class InputError extends Error {
  override name = 'InputError';
  readonly problems: string[];

  constructor(headline: string, problems: string[] = []) {
    super(headline);
    this.problems = problems;
  }
}
