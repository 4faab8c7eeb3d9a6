import { z } from 'zod';
import { webAddress } from '../http/web-url.ts';
import type { SessionUser } from '../session/record.ts';

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

export const UserInfo = z.looseObject({
  sub: z.string(),
  email: z.string().nullish(),
  identities: z.record(z.string(), Identity).nullish(),
  organizations: z.array(z.string()).nullish(),
  organization_roles: z.array(z.string()).nullish(),
  organization_data: z.array(OrganizationData).nullish(),
});

export type UserInfo = z.infer<typeof UserInfo>;

/** The handle at Hugging Face, which only userinfo has. The session keeps it for other pages. */
export function handleFrom(info: UserInfo): NonNullable<SessionUser['huggingFace']> | null {
  const raw = info.identities?.huggingface?.details?.rawData;
  return raw
    ? { username: raw.preferred_username ?? null, profile: webAddress(raw.profile) }
    : null;
}
