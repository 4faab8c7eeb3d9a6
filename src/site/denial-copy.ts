import { type AppError, type Denial, Forbidden } from '../doorstep/index.ts';
import { short } from './format.ts';
import type { Messages } from './languages/translation.ts';
import type { ErrorContext, ErrorCopy } from './view-models.ts';

/** For somebody who may not do what they wanted: what is missing, and who can help. */
export function denied(
  t: Messages,
  error: AppError,
  { address, denials }: ErrorContext,
): ErrorCopy {
  if (!(error instanceof Forbidden)) throw error;
  const { missing, account } = error.denial;
  if (missing.kind === 'organization') return notAMember(t, error.denial);
  const { forbidden } = t.errors;
  const copy = denials[missing.name];
  const [text, todo] = MESSAGES[missing.kind];
  const acting = copy?.acting ?? forbidden.acting;
  return {
    heading: copy?.heading ?? forbidden.heading,
    illustration: 'locked',
    happened: {
      text: forbidden[text]({ acting, name: short(missing.name), account: short(account) }),
    },
    todo: forbidden[todo],
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

/** By the kind of what is missing: the message that says so, and the one that says what to do. */
const MESSAGES = {
  scope: ['scope', 'scopeTodo'],
  role: ['role', 'roleTodo'],
  'organization role': ['organizationRole', 'roleTodo'],
  'Hugging Face organization': ['atHuggingFaceOrganization', 'atHuggingFaceTodo'],
  'Hugging Face role': ['atHuggingFaceRole', 'atHuggingFaceTodo'],
  'Hugging Face subscription': ['atHuggingFaceSubscription', 'atHuggingFaceTodo'],
} as const;
