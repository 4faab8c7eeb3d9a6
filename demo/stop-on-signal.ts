/** Ctrl-C ends everything at once; a second one doesn't wait. So does the end of `| head`: nobody reads any more. */
export function stopOnSignal(stop: () => Promise<unknown>): void {
  let stopping = false;
  const begin = () => {
    stopping = true;
    // Nobody waits for a demo: what is not closed by then is cut.
    setTimeout(() => process.exit(0), 1000).unref();
    stop().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  const onSignal = () => {
    if (stopping) process.exit(130);
    begin();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      if (!stopping) begin();
    });
  }
}
