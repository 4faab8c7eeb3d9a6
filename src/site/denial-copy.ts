import type { Refusal } from '../doorstep/denial.ts';
import { type AppError, Forbidden, InvalidInput, Unauthorized } from '../doorstep/errors.ts';
import type { ErrorWords } from './error-copy.ts';

const HOME = { label: 'Go to the home page', href: '/', huggingFace: false };

/**
 * The words for somebody who may not do what they wanted: what is missing, and who can help.
 *
 * @param address Where they were. @returns null for errors of another kind.
 */
export function refusalWords(error: AppError, address: string): ErrorWords | null {
  if (error instanceof Forbidden) {
    const { refusal } = error;
    return refusal.missing.kind === 'organization' ? noMember(refusal) : lacking(refusal, address);
  }
  if (error instanceof Unauthorized) {
    return {
      heading: 'This needs an access token',
      drawing: 'locked',
      happened: { text: ['There was none, or it doesn’t hold here.'] },
      todo: ['Get one from Logto for this API, and send it as Authorization: Bearer.'],
      action: HOME,
    };
  }
  if (error instanceof InvalidInput) {
    const mistakes = Object.entries(error.fields).map(([name, hint]) => `${name} ${hint}`);
    return {
      heading: 'Something isn’t right yet',
      drawing: 'missing',
      happened: { text: [`${mistakes.join('; ')}.`] },
      todo: ['Change it, then send it again.'],
      action: HOME,
    };
  }
  return null;
}

function noMember({ account }: Refusal): ErrorWords {
  return {
    heading: 'You are not a member of this organization',
    drawing: 'locked',
    happened: {
      text: ['The account ', { strong: account }, ' doesn’t belong to it, or no longer does.'],
    },
    todo: ['Ask one of its administrators to add you. You need not sign in again after that.'],
    action: { label: 'Your organizations', href: '/organizations', huggingFace: false },
  };
}

function lacking({ missing, account, purpose }: Refusal, address: string): ErrorWords {
  const { kind, name } = missing;
  const what = kind === 'scope' ? 'permission' : kind;
  return {
    heading: purpose?.heading ?? 'You can’t open this page yet',
    drawing: 'locked',
    happened: {
      text: [
        `${purpose?.acting ?? 'This page'} needs the ${what} `,
        { code: name },
        '. The account ',
        { strong: account },
        ' doesn’t have it.',
      ],
    },
    todo: [
      `Ask an administrator for ${kind === 'scope' ? 'a role that includes it' : 'it'}, then sign in again.`,
    ],
    action: purpose?.back ? { label: purpose.back, href: address, huggingFace: false } : HOME,
  };
}
