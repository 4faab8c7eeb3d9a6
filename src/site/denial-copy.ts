import { type AppError, type Denial, Forbidden } from '../doorstep/index.ts';
import { short } from './format.ts';
import type { DenialCopy, ErrorContext, ErrorCopy } from './view-models.ts';

const HOME = { label: 'Go to the home page', href: '/', huggingFace: false };

/** For somebody who may not do what they wanted: what is missing, and who can help. */
export function denied(error: AppError, { address, denials }: ErrorContext): ErrorCopy {
  if (!(error instanceof Forbidden)) throw error;
  const { denial } = error;
  if (denial.missing.kind.startsWith('Hugging Face')) return atHuggingFace(denial);
  return denial.missing.kind === 'organization'
    ? notAMember(denial)
    : lacking(denial, denials[denial.missing.name], address);
}

function notAMember({ account }: Denial): ErrorCopy {
  return {
    heading: 'You are not a member of this organization',
    illustration: 'locked',
    happened: {
      text: [
        'The account ',
        { strong: short(account) },
        ' doesn’t belong to it, or no longer does.',
      ],
    },
    todo: ['Ask one of its administrators to add you. You need not sign in again after that.'],
    action: { label: 'Your organizations', href: '/organizations', huggingFace: false },
  };
}

function atHuggingFace({ missing, account }: Denial): ErrorCopy {
  return {
    heading: 'You can’t open this page yet',
    illustration: 'locked',
    happened: {
      text: [
        `This page needs the ${missing.kind.replace('Hugging Face ', '')} `,
        { code: short(missing.name) },
        ' at Hugging Face. The account ',
        { strong: short(account) },
        ' doesn’t have it.',
      ],
    },
    todo: ['Get it there, or use another account. It can take some minutes until this page knows.'],
    action: HOME,
  };
}

function lacking(
  { missing, account }: Denial,
  copy: DenialCopy | undefined,
  address: string,
): ErrorCopy {
  const { kind, name } = missing;
  const what = kind === 'scope' ? 'permission' : kind;
  return {
    heading: copy?.heading ?? 'You can’t open this page yet',
    illustration: 'locked',
    happened: {
      text: [
        `${copy?.acting ?? 'This page'} needs the ${what} `,
        { code: short(name) },
        '. The account ',
        { strong: short(account) },
        ' doesn’t have it.',
      ],
    },
    todo: [
      `Ask an administrator for ${kind === 'scope' ? 'a role that includes it' : 'it'}, then sign in again.`,
    ],
    action: copy?.back ? { label: copy.back, href: address, huggingFace: false } : HOME,
  };
}
