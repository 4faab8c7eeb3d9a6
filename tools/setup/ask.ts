import { confirm, input, password, select } from '@inquirer/prompts';
import type { Environment } from '../../src/config.ts';
import { type Problem, problemOf, readSettings, type Settings } from './settings.ts';

/** How a person at the terminal is asked. */
export interface Prompts {
  text(question: string, validate: (answer: string) => true | string): Promise<string>;
  /** The answer isn't echoed. */
  secret(question: string): Promise<string>;
  confirm(question: string): Promise<boolean>;
  choose(question: string, choices: { name: string; value: string }[]): Promise<string>;
}

export const terminalPrompts: Prompts = {
  text: (message, validate) => input({ message, validate }),
  secret: (message) =>
    password({ message, validate: (answer) => answer.trim() !== '' || 'It is needed.' }),
  confirm: (message) => confirm({ message, default: false }),
  choose: (message, choices) => select({ message, choices }),
};

const QUESTIONS: Record<string, string> = {
  LOGTO_ENDPOINT: 'Address of your Logto (Cloud: https://your-tenant.logto.app):',
  LOGTO_ADMIN_ENDPOINT: "Address of your Logto's console (for example http://localhost:3002):",
  LOGTO_M2M_APP_ID: 'Logto Console > Applications > a machine-to-machine one > App ID:',
  LOGTO_M2M_APP_SECRET: 'Its app secret:',
  HF_CLIENT_ID: 'Hugging Face > Settings > Connected Apps > your OAuth app > Client ID:',
  HF_CLIENT_SECRET: 'Its app secret:',
  BASE_URL: 'Where people reach the app:',
};

/** What only setup needs is not kept; where Logto and the app are, the app needs too. */
const KEPT = ['LOGTO_ENDPOINT', 'BASE_URL'];

export interface Answers {
  settings: Settings | null;
  problems: Problem[];
  /** Answers for the .env file. */
  toKeep: Record<string, string>;
}

/** Asks for what is missing, one after the other, until nothing is. A wrong value is not asked for again. */
export async function askForMissing(environment: Environment, prompts: Prompts): Promise<Answers> {
  const env = { ...environment };
  const toKeep: Record<string, string> = {};
  for (;;) {
    const { settings, problems } = readSettings(env);
    if (settings) return { settings, problems: [], toKeep };
    const next = problems.find(({ missing }) => missing);
    if (!next || problems.some(({ missing }) => !missing)) {
      return { settings: null, problems, toKeep };
    }
    const { variable } = next;
    const answer = await askFor(variable, prompts);
    env[variable] = answer;
    if (KEPT.includes(variable)) toKeep[variable] = answer;
  }
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
