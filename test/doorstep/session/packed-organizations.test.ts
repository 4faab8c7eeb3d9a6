import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseRecord, serializeRecord } from '../../../src/doorstep/session/record.ts';

const encode = (claims: object) => Buffer.from(JSON.stringify(claims)).toString('base64url');
const decode = (idToken: string): unknown =>
  JSON.parse(Buffer.from(idToken.split('.')[1] ?? '', 'base64url').toString());

const parseSession = (json: string) => {
  const record = parseRecord(json);
  return record?.user ? record : null;
};

it('C58 memberships and claims come out of the stored record as they went in, however many', () => {
  const text = fc.string({ unit: 'binary', maxLength: 12 });
  const membership = fc.record({ id: text, roles: fc.array(text, { maxLength: 3 }) });
  const many = fc.uniqueArray(membership, { selector: ({ id }) => id, maxLength: 120 });
  fc.assert(
    fc.property(many, (found) => {
      const organizations = found.sort((a, b) => (a.id < b.id ? -1 : 1));
      const claims = {
        sub: 'ada',
        organizations: organizations.map(({ id }) => id),
        organization_roles: organizations.flatMap(({ id, roles }) =>
          roles.map((role) => `${id}:${role}`),
        ),
      };
      const user = {
        iss: 'https://logto.example/oidc',
        sub: 'ada',
        sid: null,
        name: 'Ada',
        username: null,
        picture: null,
        signedInAt: 1,
        checkedAt: 1,
        endsAt: 2,
        roles: [],
        organizations,
        device: { name: 'Chrome on Linux', kind: 'laptop' } as const,
      };
      const record = { user, idToken: `e30.${encode(claims)}.sig`, data: {} };
      const read = parseSession(serializeRecord(record));
      // As `update` does: a copy has it all.
      const copy = structuredClone(read);
      expect(copy?.user.organizations).toEqual(organizations);
      expect(decode(copy?.idToken ?? '')).toEqual(claims);
      expect(read?.user).toEqual(user);
      if (copy) expect(parseSession(serializeRecord(copy))?.user).toEqual(user);
    }),
    { numRuns: 100 },
  );
});
