import { organizationIdIn } from '../config/fields.ts';
import { Misuse } from '../errors.ts';
import { HUGGING_FACE_ROLES, type HuggingFaceRole, membershipIn } from '../hugging-face/profile.ts';
import { forbidden, type Guard, guard } from './guards.ts';
import type { SignedIn } from './principal.ts';

/**
 * Lets members of an organization at Hugging Face through, as it says itself
 * ({@link HuggingFaceAccount.profile}). Whoever has still to sign in there by single sign-on, or with a
 * second factor, is no member yet. Access tokens under the API say nothing of it: 403.
 *
 * @param organization `handle:id`, or the handle of one in HF_ALLOWED_ORGANIZATIONS. What counts is
 *   the id, which stays when a handle is given to somebody else.
 * @param options.role This one or a higher: read, contributor, write, admin.
 */
export function requireHuggingFaceOrganization(
  organization: string,
  { role }: { role?: HuggingFaceRole } = {},
): Guard {
  return guard(async (principal) => {
    const [handle = ''] = organization.split(':');
    const missing = { kind: 'Hugging Face organization', name: handle } as const;
    const profile = await profileOf(principal, missing);
    const found = membershipIn(profile, idOf(organization, principal));
    if (!found) throw forbidden(principal, missing);
    if (role && rank(found.role) < rank(role)) {
      throw forbidden(principal, { kind: 'Hugging Face role', name: `${role} in ${handle}` });
    }
    return null;
  });
}

/** Lets people through who have Pro at Hugging Face, as it says itself. */
export function requireHuggingFacePro(): Guard {
  const missing = { kind: 'Hugging Face subscription', name: 'Pro' } as const;
  return guard(async (principal) => {
    if ((await profileOf(principal, missing)).isPro) return null;
    throw forbidden(principal, missing);
  });
}

const rank = (role: HuggingFaceRole | null): number =>
  role ? HUGGING_FACE_ROLES.indexOf(role) : -1;

function profileOf(principal: SignedIn, missing: Parameters<typeof forbidden>[1]) {
  if (!principal.session) throw forbidden(principal, missing);
  return principal.huggingFace.profile();
}

function idOf(organization: string, { huggingFace }: SignedIn): string {
  const id = organizationIdIn(organization)?.id ?? huggingFace.organizationId(organization);
  if (id) return id;
  throw new Misuse(
    `requireHuggingFaceOrganization('${organization}') takes its id too: write '${organization}:<id>', or name it in HF_ALLOWED_ORGANIZATIONS`,
  );
}
