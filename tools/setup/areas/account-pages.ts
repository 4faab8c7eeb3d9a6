import { z } from 'zod';
import { succeed, take } from '../logto/management-api.ts';
import { type Area, added, type Context, changed, type Finding } from './area.ts';

const control = z.enum(['Off', 'ReadOnly', 'Edit']);
const accountCenter = z.object({
  enabled: z.boolean(),
  fields: z.record(z.string(), control),
});

/**
 * For account pages that nobody has configured yet. Not the linked identity: whoever unlinked Hugging
 * Face could not come back. Not customData: apps use it for what a person must not decide.
 * With a password, since Logto wants a proof before nearly every change, and lets people who have only
 * Hugging Face set a first one where it may look at e-mail and phone.
 */
const FIRST_FIELDS = {
  username: 'Edit',
  name: 'Edit',
  avatar: 'Edit',
  profile: 'Edit',
  password: 'Edit',
  email: 'ReadOnly',
  phone: 'ReadOnly',
  social: 'ReadOnly',
} as const;

/** Logto's own account pages: switched on, with the fields that somebody chose, if somebody did. */
export function accountPagesArea({ api }: Context): Area {
  return {
    async look(): Promise<Finding> {
      const { enabled, fields } = await take(
        'GET /api/account-center',
        accountCenter,
        api.GET('/api/account-center'),
      );
      // Logto replaces the fields whole, so they are sent only where there are none.
      const isFresh = Object.keys(fields).length === 0;
      if (enabled) {
        return { title: 'Account pages', action: 'keep', differences: [], notes: [], write: null };
      }
      return {
        title: 'Account pages',
        action: 'change',
        differences: [
          ...changed('switched', 'off', 'on'),
          ...(isFresh ? [added('people may edit', editable().join(', '))] : []),
        ],
        notes: [],
        write: () =>
          succeed(
            'PATCH /api/account-center',
            api.PATCH('/api/account-center', {
              body: { enabled: true, ...(isFresh && { fields: FIRST_FIELDS }) },
            }),
          ),
      };
    },
  };
}

function editable(): string[] {
  return Object.entries(FIRST_FIELDS).flatMap(([name, value]) => (value === 'Edit' ? [name] : []));
}
