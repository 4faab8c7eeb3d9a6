/**
 * Texts name commands as a checkout has them, `npm run logto:check -- --json`. Where somebody called
 * `doorstep`, in the package or in an image, there are no such scripts, but the same by its name.
 *
 * @param script what Node was given to run
 */
export const ownCommands = (text: string, script = process.argv[1] ?? ''): string =>
  /[\\/]main\.[jt]s$/.test(script)
    ? text
    : text
        .replaceAll(/npm run (?:logto:)?(setup|check|sessions|invite)\b/g, 'doorstep $1')
        .replaceAll(/(doorstep \w+ \[?)-- /g, '$1')
        .replaceAll('npm run dev', 'start your app');
