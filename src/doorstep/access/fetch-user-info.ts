import { LogtoRefused, LogtoUnavailable } from '../errors.ts';
import type { Logto } from '../logto/client.ts';
import type { Refresher } from '../refresh/refresher.ts';
import type { ActiveSession } from '../session/session.ts';
import type { Sessions } from '../session/sessions.ts';
import { handleFrom, UserInfo } from './user-info.ts';

export interface UserInfoDeps {
  logto: Logto;
  refresher: Refresher;
  sessions: Sessions;
}

/**
 * What Logto knows beyond the ID token: linked identities. One call, and a refresh before it when
 * the access token is stale.
 *
 * @throws {SessionEnded} when Logto no longer confirms the person, `LogtoUnavailable` without it.
 */
export async function fetchUserInfo(deps: UserInfoDeps, target: ActiveSession): Promise<UserInfo> {
  return keepUserInfo(deps.sessions, target, await ask(deps, target));
}

/**
 * Checks what userinfo has answered, and keeps of it what other pages show.
 *
 * @throws {LogtoUnavailable} for an answer of another form, or about somebody else.
 */
export async function keepUserInfo(
  sessions: Sessions,
  target: ActiveSession,
  answer: unknown,
): Promise<UserInfo> {
  const info = check(answer, target);
  const handle = handleFrom(info);
  if (JSON.stringify(handle) !== JSON.stringify(target.user.huggingFace ?? null)) {
    await sessions.update(target, ({ user }) => {
      if (handle) user.huggingFace = handle;
      else delete user.huggingFace;
    });
  }
  return info;
}

async function ask({ logto, refresher }: UserInfoDeps, target: ActiveSession): Promise<unknown> {
  const token = await refresher.accessToken(target);
  try {
    return await logto.userInfo(token);
  } catch (error) {
    if (!(error instanceof LogtoRefused && error.httpStatus === 401)) throw error;
  }
  // Refused though it was fresh: the user is suspended or deleted, or the grant revoked. A refresh
  // tells which, and ends the session when it is over.
  await refresher.recheck(target);
  return logto.userInfo(await refresher.accessToken(target));
}

/** OpenID Connect Core section 5.3.2: userinfo of another sub must not be used. */
function check(answer: unknown, { user }: ActiveSession): UserInfo {
  const { data: info } = UserInfo.safeParse(answer);
  if (!info) throw new LogtoUnavailable('Userinfo is not of the form that it should have');
  if (info.sub !== user.sub) throw new LogtoUnavailable('Userinfo speaks of somebody else');
  return info;
}
