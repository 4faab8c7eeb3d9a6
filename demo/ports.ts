import { wholeNumber } from '../src/doorstep/operator.ts';

/** @returns the port that a variable names, else the usual one. */
export function portFrom(variable: string, usual: number): number {
  const given = process.env[variable];
  if (!given) return usual;
  const { data, error } = wholeNumber(1, 65_535, usual).safeParse(given);
  if (data !== undefined) return data;
  throw new Error(`${variable} ${error?.issues[0]?.message}`);
}

/** For `.catch`: a taken port, one of these, becomes one clear line that names its variable. */
export function portTaken(ports: Record<string, number>): (error: unknown) => never {
  return (error) => {
    const taken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
    const found = Object.entries(ports).find(
      ([, port]) => taken && 'port' in error && error.port === port,
    );
    if (!found) throw error;
    const [variable, port] = found;
    throw new Error(`${takenPort(port)}, for example ${variable}=${port + 10}`);
  };
}

/** What is wrong, and what to do; without a full stop, for what may follow. */
export const takenPort = (port: unknown): string =>
  `Port ${port} is taken by another program: choose another one`;
