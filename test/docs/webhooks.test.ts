import { describe, expect, it } from 'vitest';
import { WEBHOOK_EVENTS } from '../../src/doorstep/sign-in/webhook-event.ts';
import { read } from '../deploy/files.ts';

const page = read('docs/webhooks.md');
const table = page.split('## Which change arrives how')[1]?.split('\n## ')[0] ?? '';
const rows = [...table.matchAll(/^\| ([^|]+) \| ([^|]+) \| ([^|]+) \|$/gm)].slice(1);

describe('F66 docs/webhooks.md', () => {
  it('F66 says of every event that is used what it does, and of no other', () => {
    const named = rows.flatMap(([, , events = '']) => events.match(/\w+(?:\.\w+)+/g) ?? []);
    expect(named.sort()).toEqual([...WEBHOOK_EVENTS].sort());
  });

  it('F66 says of what has no event that the recheck does it', () => {
    const without = rows.filter(([, , events]) => events === 'none');
    expect(without.map(([, change]) => change)).toEqual([
      'a user gets or loses a role',
      'a member gets or loses an organization role',
      "the application's access control",
      'an organization role gets or loses a permission of an API; an API is deleted',
      'a session or a grant is revoked by the Management API',
    ]);
    for (const [, , , what] of without) expect(what).toMatch(/^the recheck/);
  });
});
