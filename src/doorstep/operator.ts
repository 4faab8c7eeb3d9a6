/**
 * For the operator's tools, the demo and the benchmark of this repository: what they need of the
 * inside. No package exports it, and no app imports it.
 */
export { parseKitConfig } from './config/config.ts';
export { ConfigError, type Environment } from './config/environment.ts';
export { absoluteUri, flag, isLoopback, origin, secrets, wholeNumber } from './config/fields.ts';
export {
  addressText,
  credentials,
  type RedisAddress,
  type RedisConfig,
  singleRedis,
} from './config/redis-address.ts';
export { Sealer } from './crypto/sealer.ts';
export { clientAddress } from './http/client-address.ts';
export { createLogger } from './logger.ts';
export { createLogto, type Logto } from './logto/client.ts';
export { SIGNING_ALGORITHMS } from './logto/key-set.ts';
export { connectRedis } from './redis/client.ts';
export { type Mark, type RedisCommands, SCRIPTS } from './redis/commands.ts';
export { isCutOff, quietHandshake, withFirstWord } from './redis/first-word.ts';
export { withPrefix } from './redis/prefix.ts';
export { untilReady } from './redis/ready.ts';
export { accessTokenKey, freshToken } from './refresh/access-tokens.ts';
export { Revocations } from './refresh/revocations.ts';
export { sessionCookieName } from './session/middleware.ts';
export { Sessions } from './session/sessions.ts';
export { SESSION_PURPOSE } from './session/store.ts';
export { TOKENS_PURPOSE, TokenStore, type Tokens } from './session/token-store.ts';
export { UserIndex } from './session/user-index.ts';
export { emailAddress } from './sign-in/email-address.ts';
export { DEFAULT_PATHS } from './sign-in/paths.ts';
export { WEBHOOK_EVENTS } from './sign-in/webhook-event.ts';
