import { z } from 'zod';

/** As Node has it; under the names of the variables, an app may give an object of its own. */
export type Environment = Record<string, string | undefined>;

/** Every mistake of an environment at once. The message never holds the value of a secret. */
export class ConfigError extends Error {
  override name = 'ConfigError';
  readonly problems: string[];

  /** @param advice the last line, for those who read it. */
  constructor(problems: string[], advice: string) {
    const count = problems.length === 1 ? 'one mistake' : `${problems.length} mistakes`;
    const lines = problems.map((problem) => `  - ${problem}`);
    super([`The configuration has ${count}:`, ...lines, advice].join('\n'));
    this.problems = problems;
  }
}

/**
 * A mistake that takes several variables to see. It is looked for whenever these are right by
 * themselves, even if others are not, and it sees them parsed.
 *
 * @param message a whole sentence, or false when nothing is wrong.
 */
export const crossCheck = <T extends object>(
  names: (keyof T & string)[],
  message: (env: T) => string | false,
) =>
  z.superRefine<T>(
    (env, context) => {
      const problem = message(env);
      if (problem) context.addIssue({ code: 'custom', message: problem });
    },
    { when: ({ issues }) => !issues.some(({ path }) => names.some((name) => name === path?.[0])) },
  );

const UTF_16 = '.env is in UTF-16, so nothing in it can be read: save it as UTF-8';

/**
 * Reads variables by their schema. An empty value counts as absent.
 *
 * @throws {ConfigError} listing every mistake, each with its variable and what would be right.
 */
export function readEnvironment<Shape extends z.ZodRawShape>(
  schema: z.ZodObject<Shape>,
  environment: Environment,
  advice: string,
): z.output<z.ZodObject<Shape>> {
  const { readable, problems } = decoded(environment, Object.keys(schema.shape));
  const given = Object.entries(readable).filter(([, value]) => value?.trim() !== '');
  const parsed = schema.safeParse(Object.fromEntries(given));
  for (const { path, message } of parsed.error?.issues ?? []) {
    problems.push([...path, message].join(' '));
  }
  if (parsed.success && problems.length === 0) return parsed.data;
  const [utf16] = problems.filter((problem) => problem === UTF_16);
  throw new ConfigError(utf16 ? [utf16] : problems, advice);
}

/** Node takes the marks that some editors put before a text for a part of the first name. */
function decoded(environment: Environment, known: string[]) {
  const names = Object.keys(environment);
  const marked = known.filter((name) => names.includes(`\ufeff${name}`));
  return {
    readable: {
      ...Object.fromEntries(marked.map((name) => [name, environment[`\ufeff${name}`]])),
      ...environment,
    },
    problems: [
      ...(names.some((name) => name.startsWith('\ufffd\ufffd')) ? [UTF_16] : []),
      ...marked.map(
        (name) =>
          `${name} can't be read, since .env begins with a byte order mark: save it as UTF-8 without BOM`,
      ),
    ],
  };
}
