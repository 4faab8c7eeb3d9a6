import { z } from 'zod';
import type { KitConfig } from '../config/config.ts';
import { digest } from '../crypto/digest.ts';
import {
  HuggingFaceNotConnected,
  HuggingFaceUnavailable,
  LogtoRefused,
  LogtoUnavailable,
  Misuse,
} from '../errors.ts';
import type { Logto } from '../logto/client.ts';
import type { RedisCommands } from '../redis/commands.ts';
import { accessTokenKey, freshToken } from '../refresh/access-tokens.ts';
import { RefreshLock } from '../refresh/lock.ts';
import type { Refresher } from '../refresh/refresher.ts';
import type { ActiveSession } from '../session/session.ts';
import type { Sessions, SignIn } from '../session/sessions.ts';
import type { UserKey } from '../session/user-index.ts';
import { askLogto, KeptToken } from './logto-token.ts';
import { HuggingFaceProfile } from './profile.ts';
import { askHuggingFace } from './user-info.ts';

/** A token is given out with so much life in it, unless less is asked for. */
const AT_LEAST_SECONDS = 60;
/** For a call that is made at once. */
const AT_ONCE_SECONDS = 5;
/** Who connected Hugging Face so short ago and has no token is not sent there again. */
const JUST_CONNECTED_MS = 2 * 60_000;

const KeptProfile = z.object({
  profile: HuggingFaceProfile,
  /** When it was told, milliseconds since 1970. */
  at: z.number(),
});

export interface HuggingFaceDeps {
  config: KitConfig['huggingFace'];
  /** For one call, milliseconds. */
  timeoutMs: number;
  redis: RedisCommands;
  sessions: Sessions;
  refresher: Refresher;
  logto: Logto;
  fetch: typeof fetch;
  now: () => number;
}

/**
 * People at Hugging Face, by the tokens that Logto keeps for them. What a session has asked for is
 * kept sealed beside its tokens and goes with them. One call at a time for a person, across
 * processes; the others read what it brought.
 */
export class HuggingFaceAccounts {
  readonly #deps: HuggingFaceDeps;
  readonly #lock: RefreshLock;

  constructor(deps: HuggingFaceDeps) {
    this.#deps = deps;
    // Two calls to Logto, one to Hugging Face, and a recheck between.
    this.#lock = new RefreshLock(deps.redis, 4 * deps.timeoutMs + 3000, HuggingFaceUnavailable);
  }

  /**
   * @returns a token for Hugging Face that lives for `atLeastSeconds` more.
   * @throws {HuggingFaceNotConnected} until the person connects it again.
   * @throws {HuggingFaceUnavailable} when there is none now; in the last minute of a token's life with
   *   the time until there is another, since Logto renews none that still lives.
   * @throws {HuggingFaceMisconfigured}, {@link LogtoUnavailable}, {@link SessionEnded}.
   */
  async accessToken(
    target: ActiveSession,
    { atLeastSeconds = AT_LEAST_SECONDS }: { atLeastSeconds?: number } = {},
  ): Promise<string> {
    if (!this.#deps.config.accessTokens) {
      throw new Misuse('Tokens for Hugging Face take HF_ACCESS_TOKENS=true');
    }
    const { token, expiresAt } = await this.#token(target, () => true);
    const leftSeconds = (expiresAt - this.#deps.now()) / 1000;
    if (leftSeconds >= atLeastSeconds) return token;
    throw new HuggingFaceUnavailable('The token for Hugging Face is about to be renewed', {
      retryAfterSeconds: Math.ceil(Math.max(0, leftSeconds)) + 1,
    });
  }

  /**
   * Who the person is at Hugging Face, as it said within the last minutes (HF_PROFILE_MINUTES).
   * What Logto keeps of that is as old as the first sign-in, and decides nothing.
   *
   * @param notBefore It has to have been told since then, milliseconds since 1970.
   * @throws as {@link accessToken} does.
   */
  async profile(
    target: ActiveSession,
    notBefore = this.#deps.now() - this.#deps.config.profileMs,
  ): Promise<HuggingFaceProfile> {
    const { sessions, now } = this.#deps;
    const kept = await this.#lock.once(`hugging-face-profile:${target.id}`, {
      read: () => this.#read(target, 'profile', KeptProfile),
      find: (found) => (found && found.at >= notBefore ? found : null),
      load: async () => {
        const profile = await this.#askProfile(target);
        const fresh = { profile, at: now() };
        await sessions.tokens.writeBeside(target.id, 'profile', JSON.stringify(fresh));
        return fresh;
      },
    });
    return kept.profile;
  }

  /** As {@link profile}, for a sign-in that has no session yet. */
  async profileAtSignIn(
    { user, tokens }: Pick<SignIn, 'user' | 'tokens'>,
    isRepeated: boolean,
  ): Promise<HuggingFaceProfile> {
    const opaque = freshToken(tokens.accessTokens, accessTokenKey({}), this.#deps.now());
    if (!opaque) throw new LogtoUnavailable('Logto gave no access token at the sign-in');
    const { token } = await this.#lock.once(lockOf(user), {
      read: async () => null,
      find: () => null,
      load: () => askLogto(this.#deps, opaque, isRepeated),
    });
    const profile = await askHuggingFace(this.#at, token);
    if (profile) return profile;
    throw new HuggingFaceNotConnected('hugging_face_refused', { isRepeated });
  }

  get #at() {
    const { config, fetch, timeoutMs } = this.#deps;
    return { endpoint: config.endpoint, fetch, timeoutMs };
  }

  async #askProfile(target: ActiveSession): Promise<HuggingFaceProfile> {
    const token = await this.accessToken(target, { atLeastSeconds: AT_ONCE_SECONDS });
    const profile = await askHuggingFace(this.#at, token);
    if (profile) return profile;
    // Refused though it was to live on: Logto may have another one by now.
    const { token: newer } = await this.#token(target, (kept) => kept.token !== token);
    const second = newer === token ? null : await askHuggingFace(this.#at, newer);
    if (second) return second;
    const isRepeated = this.#isRepeated(target);
    throw new HuggingFaceNotConnected('hugging_face_refused', { isRepeated });
  }

  #token(target: ActiveSession, isGood: (kept: KeptToken) => boolean): Promise<KeptToken> {
    const { sessions, now } = this.#deps;
    return this.#lock.once(lockOf(target.user), {
      read: () => this.#read(target, 'hugging-face', KeptToken),
      find: (kept) => (kept && kept.expiresAt > now() && isGood(kept) ? kept : null),
      load: async () => {
        const fresh = await this.#askForToken(target);
        await sessions.tokens.writeBeside(target.id, 'hugging-face', JSON.stringify(fresh));
        return fresh;
      },
    });
  }

  async #askForToken(target: ActiveSession): Promise<KeptToken> {
    const { refresher } = this.#deps;
    const ask = async () =>
      askLogto(this.#deps, await refresher.accessToken(target), this.#isRepeated(target));
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof LogtoRefused && error.httpStatus === 401)) throw error;
    }
    // Refused though it was fresh: suspended or deleted, say. A refresh tells, and ends the session.
    await refresher.recheck(target);
    return ask();
  }

  #isRepeated({ user }: ActiveSession): boolean {
    return (user.huggingFaceAskedAt ?? 0) > this.#deps.now() - JUST_CONNECTED_MS;
  }

  async #read<Kept>(
    { id }: ActiveSession,
    field: 'hugging-face' | 'profile',
    schema: z.ZodType<Kept>,
  ): Promise<Kept | null> {
    const json = await this.#deps.sessions.tokens.readBeside(id, field);
    return json === null ? null : (schema.safeParse(JSON.parse(json)).data ?? null);
  }
}

const lockOf = ({ iss, sub }: UserKey): string => `hugging-face:${digest(`${iss}\0${sub}`)}`;
