import { z } from 'zod';
import { basic } from '../basic.ts';
import type { Check } from '../checkup.ts';
import { type Answer, ask, parseAs, statusOf } from '../http.ts';
import { goOn, ok, skipped, stop, warning } from '../outcome.ts';
import type { World } from '../world.ts';
import type { Logto } from './discovery.ts';

/** Reads from the Management API; `path` begins with `/api/`. Never writes. */
export interface Management {
  read<T>(path: string, schema: z.ZodType<T>): Promise<T | null>;
}

const Token = z.object({ access_token: z.string(), scope: z.string().optional() });
const Tenant = z.object({ tenantId: z.string() });
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
    if (!token) return stop(warning(`${id} gets no token (${statusOf(answer)})`, NEXT));
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
    return goOn({ read }, ok('lets us look deeper'));
  },
};

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
