import type { Organization } from '../doorstep/index.ts';
import { firstCharacter, MAX_LISTED, MAX_TEXT_CHARACTERS, pathPart, short } from './format.ts';
import type { Messages } from './languages/translation.ts';
import type { OrganizationRow } from './view-models.ts';

/** Logto's have 21 at most. */
const MAX_ID_CHARACTERS = 128;

/** The address of an organization's page; of all, for an id that is none. */
export const organizationAddress = (id: string): string =>
  id.length <= MAX_ID_CHARACTERS ? `/organizations/${pathPart(id)}` : '/organizations';

/** An organization as Logto has it, fit to be shown. */
export function organizationRow(
  t: Messages,
  { id, name, description, roles }: Organization,
): OrganizationRow {
  const shown = short(name) || short(id) || t.common.unnamed;
  return {
    href: organizationAddress(id),
    name: shown,
    initial: firstCharacter(shown),
    description: description && short(description, MAX_TEXT_CHARACTERS),
    roles: roles.slice(0, MAX_LISTED).map((role) => short(role) || t.common.unnamed),
  };
}
