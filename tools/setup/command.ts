import type { Environment } from '../../src/doorstep/operator.ts';
import { EnvFileError, readEnvFile } from '../shared/env-file.ts';
import { tryCredentials } from '../shared/hugging-face-app.ts';
import { printable } from '../shared/terminal.ts';
import { type Arguments, help, readArguments } from './arguments.ts';
import { forTheApp, type Prompts, readOrAsk } from './ask.ts';
import { InputError, NotYet, SetupError } from './errors.ts';
import { AmbiguousApplication } from './find-application.ts';
import { createOrganizationLookup, OAUTH_APPS } from './hugging-face.ts';
import { createTokenSource } from './logto/access-token.ts';
import { checkIssuer } from './logto/issuer.ts';
import { createManagementApi } from './logto/management-api.ts';
import { createPatientFetch, type Waiting } from './logto/patient-fetch.ts';
import { apply, isDone, makePlan, type Plan, type PlanOptions, replacesSomething } from './plan.ts';
import { createReporter, type Output, type Reporter } from './reporter.ts';
import { SEEDED_APP, type Settings } from './settings.ts';

/** For what starts beside set-up: PostgreSQL, and a Logto whose database we are given. */
const START_TIMEOUT_MS = 60_000;
const START_RETRY_MS = 3000;

/** Everything with an effect, so that a test can stand in for the terminal, the clock and the network. */
export interface Surroundings extends Omit<Waiting, 'onWait'> {
  environment: Environment;
  /** null when nobody is at the terminal. */
  prompts: Prompts | null;
  /** One try. @throws {SetupError}, or NotYet when another may succeed. */
  readSeededSecret(databaseUrl: string): Promise<string>;
}

/**
 * The whole command, from its arguments to the last line.
 *
 * @returns the exit code: 0 done or nothing to do, 1 failed, 2 called or fed wrongly, 130 stopped by Ctrl-C
 */
export async function run(
  argv: string[],
  surroundings: Surroundings,
  output: Output,
): Promise<number> {
  const reporter = createReporter(output, { json: argv.includes('--json') });
  try {
    const args = readArguments(argv);
    if (args.help) output.write(help);
    else await setUp(args, surroundings, reporter);
    return 0;
  } catch (error) {
    if (error instanceof InputError) {
      reporter.fail(error.message, error.problems);
      return 2;
    }
    if (error instanceof SetupError || error instanceof EnvFileError) {
      reporter.fail(error.message);
      return 1;
    }
    // What the prompts throw at Ctrl-C. They are all before the first change.
    if (error instanceof Error && error.name === 'ExitPromptError') {
      reporter.fail('Stopped. Nothing was changed.');
      return 130;
    }
    throw error;
  }
}

async function setUp(
  args: Arguments,
  surroundings: Surroundings,
  reporter: Reporter,
): Promise<void> {
  const prompts = args.yes || args.json ? null : surroundings.prompts;
  const { settings, toKeep } = await gatherSettings(args, surroundings, prompts);
  const options: PlanOptions = {
    context: { settings, api: await connect(settings, surroundings, reporter) },
    envFile: args.envFile,
    answers: toKeep,
    createNew: false,
    defaultRole: args.defaultRole,
    webhook: args.webhook,
    now: surroundings.now,
    givenOrganizations: surroundings.environment.HF_ALLOWED_ORGANIZATIONS ?? '',
    organizationId: createOrganizationLookup(settings.huggingFace.endpoint, surroundings.fetch),
  };
  const plan = await planWithPerson(options, prompts);
  await checkHuggingFaceApp(plan.redirectUri, settings, surroundings);
  reporter.plan(plan, settings);

  if (isDone(plan)) return reporter.end('nothing to do', plan, settings);
  if (args.dryRun) return reporter.end('planned', plan, settings);
  if (!(await isAgreedTo(plan, args, settings, surroundings.prompts))) {
    return reporter.end('declined', plan, settings);
  }
  await apply(plan, (finding) => reporter.done(finding));
  reporter.end('done', plan, settings);
}

/**
 * `--yes` agrees to what adds something. What deletes needs a yes of its own.
 *
 * @throws {InputError} when nobody is there to give it.
 */
async function isAgreedTo(
  plan: Plan,
  { yes, json, replaceConnector }: Arguments,
  { huggingFace }: Settings,
  prompts: Prompts | null,
): Promise<boolean> {
  const deletes = replacesSomething(plan) && !replaceConnector;
  if (yes && !deletes) return true;
  if (prompts && !json) {
    return prompts.confirm(
      deletes ? 'Replace the Hugging Face connector, and do all of this now?' : 'Do this now?',
    );
  }
  if (!deletes) throw new InputError('Nobody is here to agree to this plan: add --yes.');
  const orKeep = huggingFace.accessTokens ? '' : ', or HF_ACCESS_TOKENS=true, which keeps it';
  throw new InputError(
    `This plan replaces the Hugging Face connector, which --yes alone doesn't agree to: add --replace-connector${orKeep}.`,
  );
}

/** The environment wins over the file, a flag over both. */
async function gatherSettings(
  { envFile, socialOnly }: Arguments,
  { environment }: Surroundings,
  prompts: Prompts | null,
): Promise<{ settings: Settings; toKeep: Record<string, string> }> {
  const { values } = await readEnvFile(envFile);
  const given = Object.entries(environment).filter(([, value]) => value);
  const flags = socialOnly ? { LOGTO_SOCIAL_ONLY: 'true' } : {};
  const merged = { ...values, ...Object.fromEntries(given), ...flags };
  const { settings, problems, toKeep } = await readOrAsk(merged, prompts);
  if (settings) return { settings, toKeep: { ...forTheApp(environment), ...toKeep } };
  throw new InputError(
    problems.length === 1
      ? 'One setting is missing or wrong:'
      : `${problems.length} settings are missing or wrong:`,
    problems.map(({ variable, message, missing }) =>
      missing ? `${variable} is missing: ${message}` : `${variable} ${message}`,
    ),
  );
}

async function connect(settings: Settings, surroundings: Surroundings, reporter: Reporter) {
  const { credentials, endpoint, tokenEndpoint, managementApi } = settings;
  const fetch = createPatientFetch({ ...surroundings, onWait: (ms) => reporter.waiting(ms) });
  const { now } = surroundings;
  const startsBeside = 'databaseUrl' in credentials;
  const wait = <T>(name: string, act: () => Promise<T>) =>
    startsBeside ? untilStarted(name, act, surroundings, reporter) : act();
  const { id, secret } = startsBeside
    ? {
        id: SEEDED_APP,
        secret: await wait('PostgreSQL', () =>
          surroundings.readSeededSecret(credentials.databaseUrl),
        ),
      }
    : credentials;
  await wait('Logto', () => checkIssuer(endpoint, fetch));
  const getToken = createTokenSource({ tokenEndpoint, managementApi, id, secret, fetch, now });
  return createManagementApi({ endpoint, getToken, fetch });
}

/** It may still be starting, and its name may be missing for a moment: a minute's tries. */
async function untilStarted<T>(
  name: string,
  act: () => Promise<T>,
  { now, sleep }: Surroundings,
  reporter: Reporter,
): Promise<T> {
  const end = now() + START_TIMEOUT_MS;
  for (;;) {
    try {
      return await act();
    } catch (error) {
      if (!(error instanceof NotYet) || now() >= end) throw error;
      reporter.waiting(START_RETRY_MS, `${name} does not answer yet`);
      await sleep(START_RETRY_MS);
    }
  }
}

/** @throws {SetupError} when Hugging Face says that the credentials are wrong. */
async function checkHuggingFaceApp(
  redirectUri: string,
  { huggingFace }: Settings,
  { fetch }: Surroundings,
): Promise<void> {
  const ask = (url: string, init: RequestInit) => fetch(new Request(url, init));
  const verdict = await tryCredentials(ask, { ...huggingFace, redirectUri }, huggingFace.endpoint);
  if (verdict !== 'wrong') return;
  throw new SetupError(
    `Hugging Face does not take HF_CLIENT_ID with HF_CLIENT_SECRET: copy both from one OAuth app at ${OAUTH_APPS}, and run again. Nothing was changed.`,
  );
}

/** When several applications could be the app's, only a person can say which one is. */
async function planWithPerson(options: PlanOptions, prompts: Prompts | null): Promise<Plan> {
  try {
    return await makePlan(options);
  } catch (error) {
    if (!(error instanceof AmbiguousApplication) || !prompts) throw error;
    const { context } = options;
    const appId = await prompts.choose('Which application of your Logto is this app?', [
      ...error.candidates.map(({ id, name }) => ({
        name: printable(`${name} (${id})`),
        value: id,
      })),
      { name: 'None of these: make a new one', value: '' },
    ]);
    return appId === ''
      ? makePlan({ ...options, createNew: true })
      : makePlan({
          ...options,
          context: { ...context, settings: { ...context.settings, appId } },
        });
  }
}
