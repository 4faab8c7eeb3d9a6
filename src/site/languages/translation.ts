import type { en } from './en.ts';
import type { Compiled, MessageSource, TranslationOf } from './messages.ts';

/** What every page's texts are taken from: those of English, in the reader's language. */
export type Messages = Compiled<(typeof en)['messages']>;

/** A language as its file has it. */
export interface LanguageSource<Own extends MessageSource = (typeof en)['messages']> {
  /** As in `<html lang>`, in the cookie and in `ui_locales`. */
  tag: string;
  /** The language's name for itself. */
  name: string;
  /** Of dates, numbers, lists and plurals. */
  locale: string;
  dir: 'ltr' | 'rtl';
  messages: Own;
}

/** Has the compiler see to it that a language has every message, with the same placeholders and tags. */
export const translation = <const Own extends MessageSource>(
  source: LanguageSource<Own> & { messages: TranslationOf<(typeof en)['messages'], Own> },
): LanguageSource<Own> => source;
