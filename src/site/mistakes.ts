import type { z } from 'zod';
import type { Messages } from './languages/translation.ts';

/** By a field's name, what is wrong with it. */
export type FormMistakes = Record<string, string>;

/** The first mistake of each field of a form, in the person's language. `labels` are the fields' own. */
export function mistakesOf(
  { mistakes }: Messages,
  error: z.ZodError,
  labels: Record<string, string>,
): FormMistakes {
  const sentences = error.issues.map((issue) => {
    const name = String(issue.path[0]);
    const field = labels[name] ?? name;
    switch (issue.code) {
      case 'too_small':
        return [name, mistakes.empty({ field })];
      case 'too_big':
        return [name, mistakes.tooLong({ field, max: Number(issue.maximum) })];
      case 'invalid_format':
        return [name, mistakes.oneLine({ field })];
      default:
        return [name, mistakes.missing({ field })];
    }
  });
  return Object.fromEntries(sentences.reverse());
}
