import type { Logger } from 'pino';
import type { HuggingFaceOrganizationId } from '../config/fields.ts';
import { MembersOnlyDenial } from '../errors.ts';
import type { Revocations } from '../refresh/revocations.ts';
import { logEnded } from '../session/ending.ts';
import type { ActiveSession } from '../session/session.ts';
import type { Sessions, SignIn } from '../session/sessions.ts';
import type { HuggingFaceAccounts } from './accounts.ts';
import { type HuggingFaceProfile, membershipIn } from './profile.ts';

export interface MembersOnlyDeps {
  /** Whoever belongs to one of them may come in. */
  organizations: readonly HuggingFaceOrganizationId[];
  accounts: HuggingFaceAccounts;
  sessions: Sessions;
  revocations: Revocations;
  logger: Logger;
  /** How long it may be relied on that somebody is a member, milliseconds. */
  recheckMs: number;
  now: () => number;
}

/** A site for the members of some organizations at Hugging Face, and for nobody else. */
export class MembersOnly {
  readonly #deps: MembersOnlyDeps;

  constructor(deps: MembersOnlyDeps) {
    this.#deps = deps;
  }

  /**
   * Asked before there is a session.
   *
   * @param isRepeated They were sent to Hugging Face to connect it again.
   * @throws {MembersOnlyDenial} for whoever is no member; {@link HuggingFaceNotConnected} where only
   *   connecting it can tell, and the outages: none of them lets anybody in.
   */
  async admit(signIn: Pick<SignIn, 'user' | 'tokens'>, isRepeated: boolean): Promise<void> {
    const { organizations, accounts } = this.#deps;
    const profile = await accounts.profileAtSignIn(signIn, isRepeated);
    if (!isMember(profile, organizations)) throw denied(profile, organizations);
  }

  isDue({ user }: ActiveSession): boolean {
    return (user.memberAt ?? 0) <= this.#deps.now() - this.#deps.recheckMs;
  }

  /**
   * Asks Hugging Face again. What it can't say is no yes: then the request fails, and the session stays.
   *
   * @returns true when the session has ended by it.
   */
  async recheck(target: ActiveSession): Promise<boolean> {
    const { organizations, accounts, sessions, revocations, logger, now } = this.#deps;
    const askedAt = now();
    const profile = await accounts.profile(target, askedAt);
    if (isMember(profile, organizations)) {
      await sessions.update(target, ({ user }) => {
        user.memberAt = Math.max(user.memberAt ?? 0, askedAt);
      });
      return false;
    }
    const { user, requestId } = target;
    const { tokens, wasLive } = await sessions.end(target, user);
    void revocations.revoke(tokens?.refreshToken ?? null);
    if (wasLive) logEnded(logger, { why: 'no_member', sub: user.sub, requestId });
    return true;
  }
}

const isMember = (
  profile: HuggingFaceProfile,
  organizations: readonly HuggingFaceOrganizationId[],
): boolean => organizations.some(({ id }) => membershipIn(profile, id) !== null);

/** Names the organizations by the operator's words, never by Hugging Face's: those can be anybody's. */
function denied(
  profile: HuggingFaceProfile,
  organizations: readonly HuggingFaceOrganizationId[],
): MembersOnlyDenial {
  const isHandle = /^[\w.-]{1,96}$/.test(profile.username ?? '');
  return new MembersOnlyDenial({
    organizations: organizations.map(({ handle }) => handle).join(', '),
    account: isHandle ? `@${profile.username}` : null,
    isPending: profile.organizations.some(({ id }) => organizations.some((one) => one.id === id)),
  });
}
