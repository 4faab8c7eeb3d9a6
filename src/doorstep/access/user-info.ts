import { z } from 'zod';
import { LogtoRefused, LogtoUnavailable } from '../errors.ts';
import { webAddress } from '../http/web-url.ts';
import type { Logto } from '../logto/client.ts';
import type { Refresher } from '../refresh/refresher.ts';
import type { SessionUser } from '../session/record.ts';
import type { ActiveSession } from '../session/session.ts';
import type { Sessions } from '../session/sessions.ts';

/** Hugging Face's own userinfo, which Logto hands on whole as `rawData`. Anything may be absent. */
const RawData = z.looseObject({
  preferred_username: z.string().nullish(),
  profile: z.string().nullish(),
  orgs: z
    .array(z.looseObject({ name: z.string().nullish(), preferred_username: z.string().nullish() }))
    .nullish(),
});

const Identity = z.looseObject({
  userId: z.string(),
  details: z.looseObject({ rawData: RawData.nullish().catch(null) }).nullish(),
});

const OrganizationData = z.looseObject({
  id: z.string(),
  name: z.string(),
  description: z.string().nullish(),
});

const UserInfo = z.looseObject({
  sub: z.string(),
  email: z.string().nullish(),
  identities: z.record(z.string(), Identity).nullish(),
  organizations: z.array(z.string()).nullish(),
  organization_roles: z.array(z.string()).nullish(),
  organization_data: z.array(OrganizationData).nullish(),
});

export type UserInfo = z.infer<typeof UserInfo>;

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
  const info = check(await ask(deps, target), target);
  const handle = handleFrom(info);
  if (JSON.stringify(handle) !== JSON.stringify(target.user.huggingFace ?? null)) {
    await deps.sessions.update(target, ({ user }) => {
      if (handle) user.huggingFace = handle;
      else delete user.huggingFace;
    });
  }
  return info;
}

/** The handle at Hugging Face, which only userinfo has. The session keeps it for other pages. */
export function handleFrom(info: UserInfo): NonNullable<SessionUser['huggingFace']> | null {
  const raw = info.identities?.huggingface?.details?.rawData;
  return raw
    ? { username: raw.preferred_username ?? null, profile: webAddress(raw.profile) }
    : null;
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
