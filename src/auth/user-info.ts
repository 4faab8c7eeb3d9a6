import { z } from 'zod';
import { LogtoRefused, LogtoUnavailable, SessionEnded } from '../errors.ts';
import type { SignedInRequest } from './guards.ts';
import type { Logto } from './logto.ts';
import type { Refresher } from './refresh.ts';

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

/**
 * What Logto knows beyond the ID token: linked identities. One call, and a refresh before it when
 * the access token is stale.
 *
 * @throws {SessionEnded} when Logto no longer vouches for the person, `LogtoUnavailable` without it.
 */
export async function fetchUserInfo(
  { logto, refresher }: { logto: Logto; refresher: Refresher },
  target: SignedInRequest,
): Promise<UserInfo> {
  const token = await refresher.accessToken(target);
  try {
    return check(await logto.userInfo(token), target);
  } catch (error) {
    if (!(error instanceof LogtoRefused && error.httpStatus === 401)) throw error;
  }
  // Refused though it was fresh: the user is suspended or deleted, or the grant revoked. A refresh
  // tells which, and ends the session when it is over.
  await refresher.recheck(target);
  return check(await logto.userInfo(await refresher.accessToken(target)), target);
}

/**
 * OpenID Connect Core section 5.3.2: userinfo of another sub must not be used. Only userinfo has the
 * handle at Hugging Face: the session keeps it, so that other pages can show it without a call.
 */
function check(answer: unknown, { user }: SignedInRequest): UserInfo {
  const { data: info } = UserInfo.safeParse(answer);
  if (!info) throw new LogtoUnavailable('Userinfo is not of the form that it should have');
  if (info.sub !== user.sub) throw new SessionEnded('Userinfo speaks of somebody else');
  const raw = info.identities?.huggingface?.details?.rawData;
  if (raw) {
    user.huggingFace = { username: raw.preferred_username ?? null, profile: raw.profile ?? null };
  }
  return info;
}
