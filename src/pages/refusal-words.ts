import { type AppError, Forbidden, InvalidInput, type Missing, Unauthorized } from '../errors.ts';
import type { ErrorWords } from './error-page.ts';
import type { Sentence } from './view-models.ts';

const HOME = { label: 'Go to the home page', href: '/', huggingFace: false };
const AGAIN = ', then sign in again.';

/**
 * The words for somebody who may not do what they wanted: which permission is missing, and who can help.
 *
 * @param address Where they were. @returns null for errors of another kind.
 */
export function refusalWords(error: AppError, address: string): ErrorWords | null {
  if (error instanceof Forbidden) return forbidden(error, address);
  if (error instanceof Unauthorized) {
    return {
      heading: 'This needs an access token',
      drawing: 'locked',
      happened: { text: ['There was none, or it does not hold here.'] },
      todo: ['Get one from Logto for this API, and send it as Authorization: Bearer.'],
      action: HOME,
    };
  }
  if (error instanceof InvalidInput) {
    return {
      heading: 'Something is not right yet',
      drawing: 'missing',
      happened: { text: Object.entries(error.fields).map(([name, hint]) => `${name}: ${hint}. `) },
      todo: ['Change it and send it again.'],
      action: HOME,
    };
  }
  return null;
}

function forbidden({ missing, account, purpose }: Forbidden, address: string): ErrorWords {
  const who = { strong: account };
  const isGone = 'organization' in missing && !('organizationRole' in missing);
  if (isGone) {
    return {
      heading: 'You are not a member of this organization',
      drawing: 'locked',
      happened: { text: ['The account ', who, ' does not belong to it, or no longer does.'] },
      todo: ['Ask one of its administrators to add you. You need not sign in again.'],
      action: { label: 'Your organizations', href: '/organizations', huggingFace: false },
    };
  }
  const acting = purpose?.acting ?? 'This page';
  const back = purpose?.back;
  return {
    heading: purpose?.heading ?? 'You can’t open this page yet',
    drawing: 'locked',
    happened: { text: [`${acting} needs the `, ...named(missing), '. The account ', who, LACKS] },
    todo: ['Ask an administrator for ', ...remedy(missing)],
    action: back ? { label: back, href: address, huggingFace: false } : HOME,
  };
}

const LACKS = ' doesn’t have it.';

function named(missing: Missing): Sentence {
  if ('scope' in missing) return ['permission ', { code: missing.scope }];
  if ('organizationRole' in missing) {
    return ['role ', { code: missing.organizationRole }, ' in this organization'];
  }
  return 'role' in missing ? ['role ', { code: missing.role }] : [];
}

const remedy = (missing: Missing): Sentence => [
  'scope' in missing ? `a role that includes it${AGAIN}` : `it${AGAIN}`,
];
