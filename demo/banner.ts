import { styleText } from 'node:util';

const paint = (format: Parameters<typeof styleText>[0], text: string) =>
  process.stdout.isTTY && !process.env.NO_COLOR ? styleText(format, text) : text;

const CODESPACE_HINT = `  In a browser, a codespace shows one port: npm run demo -- --one-port

`;

/** What a person sees when the demo behind one port is ready. */
export const onePortBanner = (url: string): string => `
  ${paint('bold', 'Doorstep is open:')}  ${paint(['bold', 'underline'], url)}

  Logto and Hugging Face are stand-ins behind the same port. Anybody who reaches it may use
  their accounts; all data is in memory, and within an hour it is gone.

  Ctrl-C stops everything.

`;

/** What a person sees when the demo is ready. Colours only where a terminal shows them. */
export function banner(at: {
  url: string;
  logto: string;
  huggingFace: string;
  redis: string;
  inCodespace: boolean;
}): string {
  const { inCodespace } = at;
  return `
  ${paint('bold', 'Doorstep is open:')}  ${paint(['bold', 'underline'], at.url)}

  Click "Continue with Hugging Face" and come in as Ada or as quiet-otter.
  Logto and Hugging Face are stand-ins on this machine. Nothing leaves it.

    Logto          ${at.logto}
    Hugging Face   ${at.huggingFace}
    Redis          ${at.redis}

${inCodespace ? CODESPACE_HINT : ''}  Next: your own Logto. docs/connect-logto.md says what you need, and how.
  Ctrl-C stops everything.

`;
}
