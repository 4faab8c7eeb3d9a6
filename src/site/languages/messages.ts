import { IntlMessageFormat } from 'intl-messageformat';

/** A moment, ready to print in a `<time>`: machine form, and words that name UTC. */
export interface Moment {
  iso: string;
  text: string;
}

/** A marked word, a word of its own direction or a time, in a sentence. */
export type Part = { code: string } | { strong: string } | { isolated: string } | { time: Moment };
/** A sentence, or its parts; the template escapes each. */
export type Sentence = string | readonly (string | Part)[];

/**
 * The messages of a language as its file has them, in ICU MessageFormat: `{name}` is a placeholder,
 * `{count, plural, one {# book} other {# books}}` a plural whose texts begin with `#`, and `<code>`,
 * `<strong>`, `<bdi>` and `<time>` are the only tags.
 */
export interface MessageSource {
  readonly [key: string]: string | MessageSource;
}

type NameOf<Inside> = Inside extends `#${string}`
  ? never
  : Inside extends `${infer Name},${string}`
    ? Name
    : Inside;
/** The names of a message's placeholders. */
type Placeholders<Text> = Text extends `${string}{${infer Rest}`
  ? (Rest extends `${infer Inside}}${string}` ? NameOf<Inside> : never) | Placeholders<Rest>
  : never;
type Tags<Text> = Text extends `${string}<${infer Rest}`
  ?
      | (Rest extends `${infer Tag}>${string}` ? (Tag extends `/${string}` ? never : Tag) : never)
      | Tags<Rest>
  : never;

/** A placeholder's name says what goes into it. */
type Values<Name extends string> = {
  [Key in Name]: Key extends 'count' ? number : Key extends 'when' ? Moment : string | number;
};
type Formatted<Text> = [Tags<Text>] extends [never] ? string : Sentence;
type Message<Text> = [Placeholders<Text>] extends [never]
  ? Formatted<Text>
  : (values: Values<Extract<Placeholders<Text>, string>>) => Formatted<Text>;

/** What pages use: texts, and functions where a message has placeholders. */
export type Compiled<Source> = {
  readonly [Key in keyof Source]: Source[Key] extends string
    ? Message<Source[Key]>
    : Compiled<Source[Key]>;
};

type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;
/** A translation: the same keys, and in each message the same placeholders and tags. */
export type TranslationOf<Source, Own> = {
  readonly [Key in keyof Source]: Key extends keyof Own
    ? Source[Key] extends string
      ? Same<Placeholders<Source[Key]>, Placeholders<Own[Key]>> extends true
        ? Same<Tags<Source[Key]>, Tags<Own[Key]>> extends true
          ? string
          : `has to have the tags <${Tags<Source[Key]> & string}>`
        : `has to have the placeholders {${Placeholders<Source[Key]> & string}}`
      : TranslationOf<Source[Key], Own[Key]>
    : Source[Key] extends string
      ? string
      : MessageSource;
};

/**
 * Compiles each message once.
 *
 * @typeParam Like The messages that `source` has, or is a translation of.
 * @throws for a message that is not well formed.
 */
export function compile<Like extends MessageSource>(
  source: MessageSource,
  locale: string,
): Compiled<Like> {
  const compiled = Object.entries(source).map(([key, value]) => [
    key,
    typeof value === 'string' ? compileMessage(value, locale) : compile(value, locale),
  ]);
  // TranslationOf has seen to it that a translation has the same messages.
  return Object.fromEntries(compiled) as Compiled<Like>;
}

const RICH = {
  code: (chunks: unknown[]): Part => ({ code: chunks.join('') }),
  bdi: (chunks: unknown[]): Part => ({ isolated: chunks.join('') }),
  strong: (chunks: unknown[]): Part => ({ strong: chunks.join('') }),
  // Values<> lets nothing but a Moment be called `when`.
  time: ([when]: unknown[]): Part => ({ time: when as Moment }),
};

function compileMessage(text: string, locale: string) {
  if (!/[{<]/.test(text)) return text;
  const format = new IntlMessageFormat(text, locale);
  const isRich = text.includes('<');
  const filled = (values: Values<string>): Sentence => {
    if (!isRich) return String(format.format(values));
    const parts = format.format<Part>({ ...RICH, ...values });
    return Array.isArray(parts) ? parts : [parts];
  };
  return text.includes('{') ? filled : filled({});
}
