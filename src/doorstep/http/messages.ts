import type { Request } from 'express';
import type { MembersOnlyDenial, Reason } from '../errors.ts';

/** The words of the kit's own plain pages and flash messages, in one language. */
export interface Messages {
  /** As in `<html lang>`. */
  language: string;
  home: string;
  startAgain: string;
  connectAgain: string;
  requestId: string;
  goOn: string;
  signingIn: string;
  signingOut: string;
  signedOut: string;
  signedOutHereOnly: string;
  anotherAccount: string;
  returnPathLost: string;
  link: {
    title: string;
    /** HTML, and given HTML, as the next; all other messages are text. */
    isFor(email: string): string;
    signedInAs(name: string): string;
    signInAs(email: string): string;
  };
  membersOnly(denial: MembersOnlyDenial): string;
  /** For every reason there is; the compiler wants all of them. */
  errors: Record<Reason, [title: string, detail: string]>;
}

/** The words for a request. */
export type MessagesOf = (req: Request) => Messages;
