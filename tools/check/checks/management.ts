import { z } from 'zod';
import { basic } from '../basic.ts';
import type { Check } from '../checkup.ts';
import { type Answer, ask, errorCodeOf, parseAs, statusOf } from '../http.ts';
import { type Finding, goOn, ok, skipped, stop, warning } from '../outcome.ts';
import type { World } from '../world.ts';
import { saysExpired } from './credentials.ts';
import type { Logto } from './discovery.ts';

/** Reads from the Management API; `path` begins with `/api/`. Changes nothing. */
export interface Management {
  read<T>(path: string, schema: z.ZodType<T>): Promise<T | null>;
  /** A list, page after page: `path` has a query, and at most 1000 items are read. */
  readAll<T>(path: string, schema: z.ZodType<T[]>): Promise<T[] | null>;
  /** Has Logto send something made up to a webhook's address. @throws {NoAnswer} */
  sendTest(hookId: string, body: object): Promise<Answer>;
}

const Token = z.object({ access_token: z.string(), scope: z.string().optional() });
const Tenant = z.object({ tenantId: z.string() });
const PAGE_SIZE = 100;
const MAX_PAGES = 10;
const NEXT = 'Correct LOGTO_M2M_APP_ID and LOGTO_M2M_APP_SECRET, or leave them out.';

/** With a machine-to-machine application, Logto's own settings can be read too. */
export const management: Check<Logto, Management> = {
  name: 'Management API',
  async run(logto, world) {
    const { LOGTO_M2M_APP_ID: id, LOGTO_M2M_APP_SECRET: secret } = world.environment;
    if (!id || !secret) {
      return stop(skipped('optional, with LOGTO_M2M_APP_ID and LOGTO_M2M_APP_SECRET'));
    }
    const answer = await requestToken(logto, world, basic(id, secret));
    const token = parseAs(Token, answer);
    if (!token) return stop(noToken(id, answer));
    if (token.scope !== 'all') {
      return stop(
        warning(
          `${id} may not use the Management API`,
          'Give it the role “Logto Management API access” in Logto Console > Applications.',
        ),
      );
    }
    const { endpoint } = logto.config.logto;
    const headers = { authorization: `Bearer ${token.access_token}` };
    const read = async <T>(path: string, schema: z.ZodType<T>) =>
      parseAs(schema, await ask(world, endpoint + path, { headers }));
    const readAll = async <T>(path: string, schema: z.ZodType<T[]>) => {
      const all: T[] = [];
      for (let page = 1; page <= MAX_PAGES; page++) {
        const items = await read(`${path}&page=${page}&page_size=${PAGE_SIZE}`, schema);
        if (!items) return null;
        all.push(...items);
        if (items.length < PAGE_SIZE) break;
      }
      return all;
    };
    const sendTest = (hookId: string, body: object) =>
      ask(world, `${endpoint}/api/hooks/${encodeURIComponent(hookId)}/test`, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    return goOn({ read, readAll, sendTest }, ok('lets us look deeper'));
  },
};

function noToken(id: string, answer: Answer): Finding {
  if (saysExpired(answer)) {
    const next = 'Make a new one in Logto Console > Applications, or leave it out.';
    return warning(`LOGTO_M2M_APP_SECRET of ${id} has expired`, next);
  }
  const next =
    errorCodeOf(answer) === 'invalid_target'
      ? 'Set LOGTO_MANAGEMENT_API to the identifier in Logto Console > API resources > Logto Management API.'
      : NEXT;
  return warning(`${id} gets no token (${statusOf(answer)})`, next);
}

/** From the tenant itself; the application that a fresh Logto brings along lives with the admin tenant. */
async function requestToken(logto: Logto, world: World, authorization: string): Promise<Answer> {
  const { endpoint } = logto.config.logto;
  const experience = await ask(world, `${endpoint}/api/.well-known/sign-in-exp`);
  const tenant = parseAs(Tenant, experience)?.tenantId ?? 'default';
  const { LOGTO_ADMIN_ENDPOINT: admin, LOGTO_MANAGEMENT_API: indicator } = world.environment;
  const request = {
    method: 'POST',
    headers: { authorization },
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      resource: indicator || `https://${tenant}.logto.app/api`,
      scope: 'all',
    }),
  };
  const answer = await ask(world, logto.document.token_endpoint, request);
  // 400 is an application that this tenant doesn't know; a wrong secret is 401.
  if (answer.status !== 400 || !admin || !URL.canParse(admin)) return answer;
  return ask(world, new URL('/oidc/token', admin), request);
}
