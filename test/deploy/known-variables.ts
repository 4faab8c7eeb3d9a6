import { documentation } from '../../src/doorstep/config/fields.ts';
import { siteVariables } from '../../src/site/config.ts';

/** The variables of the configuration, sorted. */
export const knownVariables = (): string[] => Object.keys(siteVariables).sort();

export interface DocumentedVariable {
  name: string;
  about: string;
  default: string;
  example: string;
}

/** What the schema says of each variable, in its order. The words of a default begin with its value. */
export const documented: DocumentedVariable[] = Object.entries(siteVariables).map(
  ([name, schema]) => {
    const { about = '', example = '', default: words } = documentation.get(schema) ?? {};
    const { data } = schema.safeParse(undefined);
    return { name, about, example, default: words ?? String(data ?? 'none, it must be given') };
  },
);
