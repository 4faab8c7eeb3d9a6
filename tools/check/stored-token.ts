import { z } from 'zod';
import { accessTokenKey, freshToken, Sealer, Sessions } from '../../src/doorstep/operator.ts';
import type { Config } from '../../src/site/config.ts';
import { openRedis } from '../shared/redis.ts';
import { type Answer, ask, errorCodeOf, parseAs, statusOf } from './http.ts';
import { error, type Finding, ok, skipped, warning } from './outcome.ts';
import type { World } from './world.ts';

const Token = z.object({
  access_token: z.string(),
  scope: z.string().optional(),
  /** Seconds; Logto leaves it out when it is 0. */
  expires_in: z.number().default(0),
});

/** Of the sessions of one person so many are looked at, the latest first. */
const MOST_SESSIONS = 20;

/**
 * Asks Logto for somebody's token at Hugging Face as the app would, with the access token of one of
 * their sessions. The only way to see whether Logto can open what it keeps. Neither token is shown.
 */
export async function askForToken(config: Config, sub: string, world: World): Promise<Finding> {
  const found = await accessTokenOf(config, sub, world);
  if ('status' in found) return found;
  const path = '/api/my-account/identities/huggingface/access-token';
  const answer = await ask(world, config.logto.endpoint + path, {
    headers: { authorization: `Bearer ${found.accessToken}` },
  });
  const token = parseAs(Token, answer);
  if (answer.status === 200 && token) {
    const minutes = Math.round(token.expires_in / 60);
    return ok(`Logto hands out that of ${sub}: ${token.scope ?? 'no scope'}, for ${minutes} min`);
  }
  return meaningOf(answer, sub);
}

/** As the facts of August 2026 have it (Logto 1.43). */
function meaningOf(answer: Answer, sub: string): Finding {
  const code = errorCodeOf(answer);
  // Of a proxy, when Logto is away, it would be another.
  if (answer.status === 500) {
    return error(
      `Logto can’t open what it keeps of ${sub} (500): its SECRET_VAULT_KEK is missing, or no longer what it was`,
      'Give Logto the SECRET_VAULT_KEK that it had; with a new one, everybody has to connect Hugging Face again.',
    );
  }
  switch (code) {
    case 'secrets.third_party_token_set.token_not_found':
      return error(
        `Logto keeps no token of ${sub}: they have not been at Hugging Face since tokens are kept, or SECRET_VAULT_KEK is bad`,
        'Sign out and in again with Hugging Face; if it stays so, give Logto a SECRET_VAULT_KEK of 32 bytes, base64 (openssl rand -base64 32).',
      );
    case 'secrets.third_party_token_set.access_token_expired':
      return warning(
        `that of ${sub} has expired, and Hugging Face gave none to renew it with`,
        'Nothing is broken: they connect Hugging Face again when they need it.',
      );
    case 'connector.general':
      return error(
        `Hugging Face did not renew that of ${sub}`,
        'Run this again; if it stays so, compare client ID and secret at Hugging Face with npm run logto:setup.',
      );
    case 'auth.forbidden':
      return error(
        `the session of ${sub} lacks the scope identities`,
        'Sign out and in again; the app asks for it.',
      );
    case 'account_center.not_enabled':
      return error(
        'Logto’s account pages are switched off, so it hands out none',
        'Switch them on in Logto Console > Sign-in & account > Account center; npm run logto:setup does.',
      );
    default:
      return error(
        `Logto does not hand out that of ${sub} (${statusOf(answer)})`,
        answer.status === 401
          ? 'Sign in again: Logto does not accept the access token of this session any more.'
          : 'Update Logto to 1.42 or later, or look into its log.',
      );
  }
}

async function accessTokenOf(
  config: Config,
  sub: string,
  world: World,
): Promise<{ accessToken: string } | Finding> {
  if (!config.redis) return skipped('no REDIS_URL: the sessions are inside the process');
  const redis = await openRedis(config.redis);
  try {
    const sealer = new Sealer(config.session.secrets);
    const sessions = new Sessions({ config, redis, sealer, now: world.now });
    const user = { iss: config.logto.issuer, sub };
    const { sessions: found } = await sessions.list(user, { offset: 0, count: MOST_SESSIONS });
    if (found.length === 0) return skipped(`${sub} has no session here: sign in first`);
    for (const { id } of found) {
      const tokens = await sessions.tokens.read(id);
      const accessToken =
        tokens && freshToken(tokens.accessTokens, accessTokenKey({}), world.now());
      if (accessToken) return { accessToken };
    }
    // Refreshing is the app's to do, under its lock.
    return skipped(
      `the access token of ${sub} has run out: let them open ${config.baseUrl}/account, and run this again`,
    );
  } finally {
    redis.disconnect();
  }
}
