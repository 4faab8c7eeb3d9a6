import { z } from 'zod';
import { webAddress } from '../http/web-url.ts';

/** Roles in an organization at Hugging Face, the least first. */
export const HUGGING_FACE_ROLES = ['read', 'contributor', 'write', 'admin'] as const;
export type HuggingFaceRole = (typeof HUGGING_FACE_ROLES)[number];

export const HuggingFaceProfile = z.object({
  /** Identifies; the handle and the name do not. */
  id: z.string(),
  username: z.string().nullable(),
  name: z.string().nullable(),
  picture: z.string().nullable(),
  isPro: z.boolean(),
  organizations: z.array(
    z.object({
      id: z.string(),
      username: z.string().nullable(),
      name: z.string().nullable(),
      role: z.enum(HUGGING_FACE_ROLES).nullable(),
      /** False while single sign-on or a second factor is still wanted: nothing there is open then. */
      isMember: z.boolean(),
    }),
  ),
});
/** Somebody as Hugging Face describes them. */
export type HuggingFaceProfile = z.infer<typeof HuggingFaceProfile>;
export type HuggingFaceMembership = HuggingFaceProfile['organizations'][number];

const id = z.string().min(1).max(64);
const shown = z
  .string()
  .nullish()
  .transform((text) => text?.slice(0, 200) ?? null);
/** Something is still to be done before one belongs to it; what can't be read counts as that. */
const pending = z.boolean().nullish().catch(true);

const Organization = z
  .object({
    sub: id,
    preferred_username: shown,
    name: shown,
    roleInOrg: z.enum(HUGGING_FACE_ROLES).nullish().catch(null),
    pendingSSO: pending,
    missingMFA: pending,
    securityRestrictions: z.array(z.unknown()).nullish(),
  })
  .transform(({ sub, preferred_username: username, name, roleInOrg, ...open }) => {
    const isMember = !open.pendingSSO && !open.missingMFA && !open.securityRestrictions?.length;
    return { id: sub, username, name, role: roleInOrg ?? null, isMember };
  });

/**
 * Hugging Face's userinfo, as far as it is used. Source: https://huggingface.co/docs/hub/oauth, and
 * `UserInfo` of its own library @huggingface/hub.
 */
export const UserInfoAnswer = z
  .object({
    sub: id,
    preferred_username: shown,
    name: shown,
    picture: z.unknown().optional().transform(webAddress),
    isPro: z.boolean().nullish(),
    orgs: z.array(Organization).nullish(),
  })
  .transform(
    ({ sub, preferred_username: username, name, picture, isPro, orgs }): HuggingFaceProfile => ({
      id: sub,
      username,
      name,
      picture,
      isPro: isPro ?? false,
      organizations: orgs ?? [],
    }),
  );

/** @returns null for whoever is no member, or not yet. */
export function membershipIn(
  { organizations }: HuggingFaceProfile,
  organizationId: string,
): HuggingFaceMembership | null {
  return organizations.find(({ id, isMember }) => id === organizationId && isMember) ?? null;
}
