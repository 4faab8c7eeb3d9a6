import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import type { Environment } from '../../../src/doorstep/config/config.ts';
import type { Prompts } from '../../../tools/setup/ask.ts';
import { run } from '../../../tools/setup/command.ts';
import { MACHINE, type ManagementApiStandIn, startManagementApi } from '../management-api/index.ts';
import type { Application } from '../management-api/state.ts';

export const BASE_URL = 'http://localhost:3000';
export const HF_SECRET = 'hf-secret-0000';

export interface Result {
  code: number;
  /** All that was printed. */
  text: string;
}

/** A Logto, a directory with a .env file, and the command between them. */
export interface Workplace {
  logto: ManagementApiStandIn;
  envPath: string;
  /** Waits that the command asked for, in milliseconds. Nobody really waits. */
  waits: number[];
  /** Runs the command as a script would, with `--yes` unless told otherwise. */
  setUp(options?: RunOptions): Promise<Result>;
  envExists(): Promise<boolean>;
  envText(): Promise<string>;
  env(): Promise<Record<string, string | undefined>>;
  envMode(): Promise<number>;
  writeEnv(text: string, mode?: number): Promise<void>;
  close(): Promise<void>;
}

export interface RunOptions {
  argv?: string[];
  environment?: Environment;
  /** Somebody at the terminal. */
  prompts?: Prompts;
  columns?: number;
  colour?: boolean;
  now?: () => number;
  readSeededSecret?: (url: string) => Promise<string>;
  /** What Hugging Face answers; without it, it is unreachable. */
  huggingFace?: (request: Request) => Promise<Response>;
}

export async function createWorkplace(): Promise<Workplace> {
  const logto = await startManagementApi();
  const directory = await mkdtemp(join(tmpdir(), 'setup-'));
  const envPath = join(directory, '.env');
  const waits: number[] = [];

  return {
    logto,
    envPath,
    waits,
    async setUp({ argv = ['--yes'], environment = {}, prompts, columns = 80, ...rest } = {}) {
      const { colour, now, readSeededSecret, huggingFace } = rest;
      let text = '';
      const code = await run(
        [...argv, '--file', envPath],
        {
          environment: { ...completeEnvironment(logto), ...environment },
          prompts: prompts ?? null,
          readSeededSecret: readSeededSecret ?? (async () => 'seeded-secret-0000'),
          fetch: async (request, init) => {
            if (new URL(request.url).hostname === 'localhost') return fetch(request, init);
            if (!huggingFace) throw new TypeError(`fetch failed: ${request.url}`);
            return huggingFace(request);
          },
          sleep: async (ms) => void waits.push(ms),
          now: now ?? Date.now,
        },
        {
          write: (more) => {
            text += more;
          },
          columns,
          colour: colour ?? false,
        },
      );
      return { code, text };
    },
    envExists: () => stat(envPath).then(Boolean, () => false),
    envText: () => readFile(envPath, 'utf8'),
    env: async () => parseEnv(await readFile(envPath, 'utf8')),
    envMode: async () => (await stat(envPath)).mode & 0o777,
    writeEnv: (text, mode = 0o600) => writeFile(envPath, text, { mode }),
    async close() {
      await logto.close();
      await rm(directory, { recursive: true });
    },
  };
}

function completeEnvironment({ endpoint }: ManagementApiStandIn): Environment {
  return {
    LOGTO_ENDPOINT: endpoint,
    LOGTO_M2M_APP_ID: MACHINE.id,
    LOGTO_M2M_APP_SECRET: MACHINE.secret,
    HF_CLIENT_ID: 'hf-client-id-0000',
    HF_CLIENT_SECRET: HF_SECRET,
    BASE_URL,
  };
}

/** Asks for every part there is. */
export const EVERYTHING: RunOptions = {
  argv: ['--yes', '--default-role', '--social-only'],
  environment: { API_RESOURCE: 'https://books.example/api', LOGTO_ORGANIZATIONS: 'true' },
};

/** An application that is there before set-up comes. */
export function addApplication({ logto }: Workplace, more: Partial<Application>): Application {
  const application = {
    tenantId: 'default',
    id: `other-${logto.state.applications.length}`,
    name: 'Other',
    description: null,
    type: 'Traditional',
    oidcClientMetadata: { redirectUris: [], postLogoutRedirectUris: [] },
    customClientMetadata: {},
    protectedAppMetadata: null,
    customData: {},
    isThirdParty: false,
    appLevelAccessControlEnabled: false,
    createdAt: 0,
    ...more,
  };
  logto.state.applications.push(application);
  return application;
}

/** Somebody who agrees to the plan, and is surprised by every question that has no answer here. */
export function person(answers: Partial<Prompts> = {}): Prompts {
  const unexpected = async (question: string) => {
    throw new Error(`Asked: ${question}`);
  };
  return {
    say: () => {},
    text: unexpected,
    secret: unexpected,
    choose: unexpected,
    confirm: async () => true,
    ...answers,
  };
}

/** The plan's words: which part is created, changed, kept. */
export function actionsOf(text: string): Record<string, string> {
  const lines = [...text.matchAll(/^ {2}(create|change|replace|keep) +(.+)$/gm)];
  return Object.fromEntries(lines.map(([, action = '', title = '']) => [title, action]));
}
