import { type AppError, type Denial, Forbidden } from '../doorstep/index.ts';
import { short } from './format.ts';
import type { Sentence } from './languages/messages.ts';
import type { Messages } from './languages/translation.ts';
import type { DenialCopy, ErrorContext, ErrorCopy } from './view-models.ts';

/** For somebody who may not do what they wanted: what is missing, and who can help. */
export function denied(
  t: Messages,
  error: AppError,
  { address, denials }: ErrorContext,
): ErrorCopy {
  if (!(error instanceof Forbidden)) throw error;
  const { denial } = error;
  if (denial.missing.kind === 'organization') return notAMember(t, denial);
  const copy = denials[denial.missing.name];
  const { text, todo } = lacking(t, denial, copy);
  return {
    heading: copy?.heading ?? t.errors.forbidden.heading,
    illustration: 'locked',
    happened: { text },
    todo,
    action: {
      label: copy?.back ?? t.common.home,
      href: copy?.back ? address : '/',
      huggingFace: false,
    },
  };
}

function notAMember({ errors: { forbidden } }: Messages, { account }: Denial): ErrorCopy {
  return {
    heading: forbidden.notAMember,
    illustration: 'locked',
    happened: { text: forbidden.notAMemberText({ account: short(account) }) },
    todo: forbidden.notAMemberTodo,
    action: { label: forbidden.yourOrganizations, href: '/organizations', huggingFace: false },
  };
}

function lacking(
  { errors: { forbidden } }: Messages,
  { missing, account }: Denial,
  copy: DenialCopy | undefined,
): { text: Sentence; todo: Sentence } {
  const names = { name: short(missing.name), account: short(account) };
  const here = { ...names, acting: copy?.acting ?? forbidden.acting };
  switch (missing.kind) {
    case 'scope':
      return { text: forbidden.scope(here), todo: forbidden.scopeTodo };
    case 'Hugging Face organization':
      return {
        text: forbidden.atHuggingFaceOrganization(names),
        todo: forbidden.atHuggingFaceTodo,
      };
    case 'Hugging Face role':
      return { text: forbidden.atHuggingFaceRole(names), todo: forbidden.atHuggingFaceTodo };
    case 'Hugging Face subscription':
      return {
        text: forbidden.atHuggingFaceSubscription(names),
        todo: forbidden.atHuggingFaceTodo,
      };
    case 'organization role':
      return { text: forbidden.organizationRole(here), todo: forbidden.roleTodo };
    default:
      return { text: forbidden.role(here), todo: forbidden.roleTodo };
  }
}
