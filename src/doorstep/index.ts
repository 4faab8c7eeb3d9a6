/** The kit's one door: everything that an app may use of it. */

export {
  type Guard,
  type GuardedHandler,
  type GuardedRequest,
  notAMember,
  requireOrganization,
  requireOrganizationRole,
  requireRecentSignIn,
  requireRole,
  requireScope,
  requireSignIn,
  signInAddress,
} from './access/guards.ts';
export {
  requireHuggingFaceOrganization,
  requireHuggingFacePro,
} from './access/hugging-face-guards.ts';
export type { OwnSession, OwnSessions } from './access/own-sessions.ts';
export {
  type Claims,
  type HuggingFaceAccount,
  type Organization,
  organizationOf,
  type Principal,
  type SessionInfo,
  type SignedIn,
  signedIn,
  signedInSession,
  type Visitor,
} from './access/principal.ts';
export type { UserInfo } from './access/user-info.ts';
export {
  type KitConfig,
  kitChecks,
  kitConfig,
  kitVariables,
  parseKitConfig,
} from './config/config.ts';
export {
  ConfigError,
  crossCheck,
  type Environment,
  readEnvironment,
} from './config/environment.ts';
export {
  documentation,
  flag,
  NEW_SECRET,
  oneOf,
  origin,
  proxies,
  text,
  wholeNumber,
} from './config/fields.ts';
export { singleRedis } from './config/redis-address.ts';
export type { Challenge, Denial } from './denial.ts';
export { createDoorstep, type DoorstepParts, doorstep } from './doorstep.ts';
export * from './errors.ts';
export { canonicalOrigin, rejectAbsoluteForm, requireSecure } from './http/canonical-origin.ts';
export { cookieAttributes } from './http/cookies.ts';
export { connectAddress, logError, wantsJson } from './http/error-handler.ts';
export { acceptedLanguage, acceptLanguage, setLanguageHeaders } from './http/language.ts';
export type { Messages as KitMessages } from './http/messages.ts';
export { flashMessages as englishFlashMessages } from './http/messages-en.ts';
export { flashMessages as japaneseFlashMessages } from './http/messages-ja.ts';
export { redirect } from './http/redirect.ts';
export { newRequestId, requestIdOf } from './http/request-id.ts';
export { isSafe, sameOriginOnly } from './http/same-origin.ts';
export { webAddress } from './http/web-url.ts';
export type {
  HuggingFaceMembership,
  HuggingFaceProfile,
  HuggingFaceRole,
} from './hugging-face/profile.ts';
export { sampleLog } from './log-sampling.ts';
export { createLogger } from './logger.ts';
export type { Doorstep, DoorstepOptions } from './options.ts';
export { closeRedis, connectRedis } from './redis/client.ts';
export type { RedisCommands } from './redis/commands.ts';
export { wrapRedisErrors } from './redis/errors.ts';
export { intercept } from './redis/intercept.ts';
export { untilReady } from './redis/ready.ts';
export { END_REASONS, REFRESH_END_REASONS } from './session/ending.ts';
export { sessionOf } from './session/session.ts';
export type { RenderSignInLink, SignInLinkPage } from './sign-in/link-page.ts';
export type { NewSignIn, OnSignIn } from './sign-in/on-sign-in.ts';
export { DEFAULT_PATHS, type Paths } from './sign-in/paths.ts';
export type { Limits } from './sign-in/rate-limits.ts';
export { returnPath } from './sign-in/return-path.ts';
export { WEBHOOK_OUTCOMES } from './sign-in/webhook-event.ts';
