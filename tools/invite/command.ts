import { z } from 'zod';
import { DEFAULT_PATHS, type Environment } from '../../src/doorstep/operator.ts';
import { InputError, SetupError } from '../setup/errors.ts';
import { createTokenSource } from '../setup/logto/access-token.ts';
import { type Answer, take } from '../setup/logto/answers.ts';
import { createPatientFetch, type Waiting } from '../setup/logto/patient-fetch.ts';
import { printable } from '../shared/terminal.ts';
import { HELP, type Invitation, readInvitation } from './settings.ts';

/** Everything with an effect, so that a test can stand in for the terminal, the clock and the network. */
export interface Surroundings extends Omit<Waiting, 'onWait'> {
  environment: Environment;
  /** null when nobody is at the terminal. */
  confirm: ((question: string) => Promise<boolean>) | null;
  /** The link, and nothing else. */
  print(text: string): void;
  /** What else there is to say. */
  tell(text: string): void;
}

/** @returns the exit code: 0 printed, 1 failed or declined, 2 called or fed wrongly. */
export async function run(argv: string[], surroundings: Surroundings): Promise<number> {
  const { environment, print, tell } = surroundings;
  try {
    const invitation = readInvitation(argv, environment);
    if (!invitation) {
      print(HELP);
      return 0;
    }
    const link = await invite(invitation, surroundings);
    if (link) print(`${link}\n`);
    else tell('Nothing was made.\n');
    return link ? 0 : 1;
  } catch (error) {
    if (error instanceof InputError) {
      tell(
        [error.message, ...error.problems.map((one) => `  ${one}`), ''].map(printable).join('\n'),
      );
      return 2;
    }
    if (!(error instanceof SetupError)) throw error;
    tell(`${printable(error.message)}\n`);
    return 1;
  }
}

const Users = z.array(
  z.object({ primaryEmail: z.string().nullable(), isSuspended: z.boolean().default(false) }),
);
const Organization = z.object({ id: z.string(), name: z.string() });
const Minted = z.object({ token: z.string() });

/** @returns the link; null: nobody has the address, and it was to stay so. */
async function invite(invitation: Invitation, surroundings: Surroundings): Promise<string | null> {
  const { email, organization: id, minutes, yes, baseUrl, endpoint } = invitation;
  const call = caller(invitation, surroundings);
  const organization = id ? await organizationOf(call, id) : null;
  if (!(await isKnown(call, email)) && !yes) {
    const joining = organization ? ` who is a member of ${printable(organization.name)}` : '';
    const what = `Nobody at ${endpoint} has ${email}: the link makes a new user${joining}.`;
    if (!surroundings.confirm) throw new InputError(`${what} If that is meant, add --yes.`);
    if (!(await surroundings.confirm(`${what} Go on?`))) return null;
  }
  const { token } = await take(
    'POST /api/one-time-tokens',
    Minted,
    call('POST', '/api/one-time-tokens', {
      email,
      expiresIn: minutes * 60,
      ...(organization && { context: { jitOrganizationIds: [organization.id] } }),
    }),
  );
  const query = new URLSearchParams({ one_time_token: token, login_hint: email });
  return `${baseUrl}${DEFAULT_PATHS.signInLink}?${query}`;
}

/** @throws {SetupError} for a suspended one: the link would end at Logto. */
async function isKnown(call: Call, email: string): Promise<boolean> {
  // Logto ignores capitals here. Answers may be of more people than were asked for.
  const query = new URLSearchParams({
    'search.primaryEmail': email,
    'mode.primaryEmail': 'exact',
  });
  const users = await take('GET /api/users', Users, call('GET', `/api/users?${query}`));
  const user = users.find(({ primaryEmail }) => primaryEmail?.toLowerCase() === email);
  if (user?.isSuspended) {
    throw new SetupError(`${email} is suspended at Logto: lift that first, and run again.`);
  }
  return user !== undefined;
}

async function organizationOf(call: Call, id: string) {
  const answer = await call('GET', `/api/organizations/${id}`);
  if (answer.response.status === 404) {
    throw new SetupError(`Logto has no organization ${id}: correct --organization.`);
  }
  return take('GET /api/organizations/:id', Organization, Promise.resolve(answer));
}

type Call = (method: 'GET' | 'POST', path: string, body?: object) => Promise<Answer>;

/** Without @logto/api, which is no package of production: this command is in the tarball. */
function caller(
  { endpoint, managementApi, id, secret }: Invitation,
  { tell, ...waiting }: Surroundings,
): Call {
  const fetch = createPatientFetch({
    ...waiting,
    onWait: (ms) => tell(`Logto is busy. Trying again in ${Math.ceil(ms / 1000)} s.\n`),
  });
  const tokenEndpoint = `${endpoint}/oidc/token`;
  const { now } = waiting;
  const getToken = createTokenSource({ tokenEndpoint, managementApi, id, secret, fetch, now });
  return async (method, path, body) => {
    const headers = {
      authorization: `Bearer ${await getToken()}`,
      ...(body && { 'content-type': 'application/json' }),
    };
    const init = { method, headers, ...(body && { body: JSON.stringify(body) }) };
    const response = await fetch(new Request(endpoint + path, init));
    const data: unknown = await response.json().catch(() => undefined);
    return response.ok ? { data, response } : { error: data, response };
  };
}
