import { confirm, input, password, select } from '@inquirer/prompts';
import type { Environment } from '../../src/doorstep/operator.ts';
import { DEFAULT_TOKEN_SCOPE } from './connectors.ts';
import { NEW_OAUTH_APP, redirectUriAtHuggingFace } from './hugging-face.ts';
import { type Problem, problemOf, readSettings, type Settings } from './settings.ts';

/** How a person at the terminal is asked. */
export interface Prompts {
  say(text: string): void;
  text(question: string, validate: (answer: string) => true | string): Promise<string>;
  /** The answer isn't echoed. */
  secret(question: string): Promise<string>;
  confirm(question: string): Promise<boolean>;
  choose(question: string, choices: { name: string; value: string }[]): Promise<string>;
}

export const terminalPrompts: Prompts = {
  say: (text) => void process.stdout.write(text),
  text: (message, validate) => input({ message, validate }),
  secret: (message) =>
    password({ message, validate: (answer) => answer.trim() !== '' || 'It is needed.' }),
  confirm: (message) => confirm({ message, default: false }),
  choose: (message, choices) => select({ message, choices }),
};

const QUESTIONS: Record<string, string> = {
  LOGTO_ENDPOINT: 'Address of your Logto (https://your-tenant.logto.app):',
  LOGTO_ADMIN_ENDPOINT: "Address of your Logto's console:",
  LOGTO_M2M_APP_ID: 'App ID of a machine-to-machine application of your Logto:',
  LOGTO_M2M_APP_SECRET: 'Its app secret:',
  HF_CLIENT_ID: 'Client ID of your OAuth app at Hugging Face:',
  HF_CLIENT_SECRET: 'Its app secret:',
  BASE_URL: 'Where people reach the app:',
};

/** What the app needs too is kept in its file; what only set-up needs is not. */
const KEPT = [
  'LOGTO_ENDPOINT',
  'BASE_URL',
  'PORT',
  'APP_NAME',
  'API_RESOURCE',
  'LOGTO_ORGANIZATIONS',
  'HF_ENDPOINT',
];

/** Of an environment that may be gone when the app starts, what the app needs too. */
export function forTheApp(environment: Environment): Record<string, string> {
  const given = KEPT.map((name): [string, string] => [name, environment[name] ?? '']);
  // Without tokens, which is the default, nothing is to say.
  if (environment.HF_ACCESS_TOKENS === 'true') given.push(['HF_ACCESS_TOKENS', 'true']);
  return Object.fromEntries(given.filter(([, value]) => value !== ''));
}

export interface Answers {
  settings: Settings | null;
  problems: Problem[];
  /** Answers for the .env file. */
  toKeep: Record<string, string>;
}

/**
 * Reads the settings and asks for what is missing, one after the other.
 * A wrong value is a mistake in a file or a script: it is not asked for again.
 *
 * @param prompts null when nobody is at the terminal
 */
export async function readOrAsk(
  environment: Environment,
  prompts: Prompts | null,
): Promise<Answers> {
  const env = { ...environment };
  const toKeep: Record<string, string> = {};
  for (;;) {
    const { settings, problems } = readSettings(env);
    const [first] = problems;
    if (!prompts || !first || problems.some(({ missing }) => !missing)) {
      return { settings, problems, toKeep };
    }
    if (first.variable === 'HF_CLIENT_ID') prompts.say(oauthAppHint(env));
    const answer = await askFor(first.variable, prompts);
    env[first.variable] = answer;
    if (KEPT.includes(first.variable)) toKeep[first.variable] = answer;
  }
}

/** Hugging Face wants to know the redirect URI before it gives an ID. */
function oauthAppHint({ LOGTO_ENDPOINT, HF_ACCESS_TOKENS, HF_SCOPE }: Environment): string {
  const scope = HF_SCOPE || (HF_ACCESS_TOKENS === 'true' ? DEFAULT_TOKEN_SCOPE : 'openid profile');
  return `
  Hugging Face asks for an OAuth app. If you have none yet, make it here:
    ${NEW_OAUTH_APP}
  with the scopes ${scope} and this redirect URL:
    ${redirectUriAtHuggingFace(LOGTO_ENDPOINT ?? '')}

`;
}

async function askFor(variable: string, prompts: Prompts): Promise<string> {
  const question = QUESTIONS[variable] ?? `${variable}:`;
  if (variable.endsWith('_SECRET')) return (await prompts.secret(question)).trim();
  const validate = (answer: string) => {
    const problem = answer.trim() === '' ? 'is needed' : problemOf(variable, answer.trim());
    return problem === null || `It ${problem}`;
  };
  return (await prompts.text(question, validate)).trim();
}
