import { z } from 'zod';
import type { Check } from '../checkup.ts';
import { error, type Finding, ok, skipped, stop } from '../outcome.ts';
import type { RedisServer } from '../redis-connection.ts';
import { askForToken } from '../stored-token.ts';
import { wantsTokens } from '../world.ts';
import type { Logto } from './discovery.ts';
import type { Management } from './management.ts';
import type { SignInPage } from './sign-in-page.ts';

const Connector = z.object({
  enableTokenStorage: z.boolean().optional(),
  config: z.object({
    scope: z.string().optional(),
    tokenEndpointResponseType: z.string().optional(),
    profileMap: z.object({ id: z.string().optional() }).optional(),
  }),
});

type Input = [[Logto, SignInPage], [Management | null, { servers: RedisServer[] } | null]];

const NEXT = 'npm run logto:setup puts it right.';

/**
 * Logto keeps Hugging Face's access tokens. What hinders that shows no error: sign-ins work and there
 * is no token, or everybody ends on Logto's sign-in page.
 */
export const huggingFaceTokens: Check<Input, never> = {
  name: 'Hugging Face tokens',
  async run([[{ config }, page], [management, redis]], world) {
    if (!wantsTokens(world)) return stop(ok('none are kept: HF_ACCESS_TOKENS is not true'));
    if (!page.canKeepTokens) {
      return stop(
        error(
          'Logto’s connector for Hugging Face can’t keep tokens',
          'npm run logto:setup replaces it by the OAuth 2.0 connector; people keep their accounts.',
        ),
      );
    }
    const path = `/api/connectors/${encodeURIComponent(page.connectorId)}`;
    const connector = await management?.read(path, Connector);
    const wrong = connector ? faultsOf(connector) : [];
    if (wrong.length > 0) return stop(...wrong);
    const settings = connector
      ? ok('the connector keeps them')
      : skipped('only the Management API shows whether the connector keeps them');
    if (!world.tokenOf) return stop(settings, skipped(HOW_TO_ASK));
    if (!redis) return stop(settings, skipped('the sessions can’t be read'));
    return stop(settings, await askForToken(config, world.tokenOf, world));
  },
};

/** Nothing at Logto's start or in its API tells a bad key from a good one. */
const HOW_TO_ASK =
  'only a token shows whether SECRET_VAULT_KEK is right: sign in with Hugging Face, then run npm run logto:check -- --token-of <your ID at Logto>';

function faultsOf({ enableTokenStorage, config }: z.infer<typeof Connector>): Finding[] {
  const everybody = 'everybody ends on Logto’s sign-in page';
  const { scope = '', tokenEndpointResponseType: type = 'query-string', profileMap } = config;
  const id = profileMap?.id ?? 'id';
  return [
    ...(enableTokenStorage
      ? []
      : [error('the connector does not keep tokens: its token storage is off', NEXT)]),
    ...(id === 'sub'
      ? []
      : [
          error(
            `the connector takes a user’s ID from “${id}” instead of “sub”: ${everybody}`,
            NEXT,
          ),
        ]),
    ...(type === 'json'
      ? []
      : [error(`the connector expects tokens as ${type} instead of json: ${everybody}`, NEXT)]),
    ...(scope.split(/\s+/).includes('openid')
      ? []
      : [
          error(
            `the connector’s scope has no openid, so it can’t ask who somebody is: ${everybody}`,
            NEXT,
          ),
        ]),
  ];
}
