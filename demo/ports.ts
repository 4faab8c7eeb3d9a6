/** @returns the port that a variable names, else the usual one. */
export function portFrom(variable: string, usual: number): number {
  const given = process.env[variable];
  if (!given) return usual;
  const port = Number(given);
  if (Number.isInteger(port) && port >= 1 && port <= 65_535) return port;
  throw new Error(`${variable} must be a whole number between 1 and 65535, for example ${usual}`);
}

/** For `.catch`: a taken port becomes one clear line that names its variable. */
export function portTaken(variable: string, port: number): (error: unknown) => never {
  return (error) => {
    const taken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
    if (!taken) throw error;
    throw new Error(
      `Port ${port} is taken by another program: choose another one, for example ${variable}=${port + 10}`,
    );
  };
}
