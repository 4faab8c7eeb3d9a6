/**
 * The invented people of the stand-ins. Nobody here is real: mail goes to example.org, web sites end
 * in .example. Change them freely; the demo and the tests read this file and no other.
 */

import type { StandInTag } from './languages.ts';

interface InventedOrganization {
  /** Hugging Face's id: 24 hexadecimal digits. */
  id: string;
  username: string;
  name: string;
  /** read, contributor, write or admin. */
  role: string;
}

/** A membership in an organization of Logto; Logto knows nothing of those at Hugging Face. */
export interface LogtoMembership {
  /** Logto's id: 12 lower-case letters and digits. */
  id: string;
  name: string;
  description: string | null;
  roles: string[];
}

export interface InventedAccount {
  id: string;
  username: string;
  name: string | null;
  email: string | null;
  website: string | null;
  /** There is a drawing of this person in hugging-face/portraits.ts. */
  hasPicture: boolean;
  organizations: InventedOrganization[];
  isPro: boolean;
  /** Scopes that this person takes away on Hugging Face's page, whoever asks. */
  withholds: string[];
  /** What Hugging Face's page says under the name. */
  line: Record<StandInTag, string>;
  /** What an administrator has given this person at Logto, beside the default role. */
  atLogto: { roles: string[]; organizations: LogtoMembership[] };
}

export const accounts: InventedAccount[] = [
  {
    id: '65a1c0de0000000000001815',
    username: 'ada-l',
    name: 'Ada Lovelace',
    email: 'ada@example.org',
    website: 'https://ada.example',
    hasPicture: true,
    organizations: [
      {
        id: '65a1c0de00000000000a1837',
        username: 'analytical-engines',
        name: 'Analytical Engines',
        role: 'admin',
      },
      {
        id: '65a1c0de00000000000a1865',
        username: 'lms',
        name: 'London Mathematical Society',
        role: 'read',
      },
    ],
    isPro: true,
    withholds: [],
    line: {
      en: '@ada-l, may add books, in 2 organizations',
      ja: '@ada-l。本を追加できます。2 つの組織に所属しています',
    },
    atLogto: {
      roles: ['editor'],
      organizations: [
        {
          id: 'anaengines37',
          name: 'Analytical Engines',
          description: 'Weaves algebraic patterns',
          roles: ['admin'],
        },
        {
          id: 'lonmathsoc65',
          name: 'London Mathematical Society',
          description: null,
          roles: ['member'],
        },
      ],
    },
  },
  {
    id: '65a1c0de0000000000007ace',
    username: 'quiet-otter',
    name: null,
    email: null,
    website: null,
    hasPicture: false,
    organizations: [],
    isPro: false,
    withholds: ['inference-api'],
    line: {
      en: 'No name, picture or e-mail, may read books',
      ja: '名前、画像、メールアドレスはありません。本を閲覧できます',
    },
    atLogto: { roles: [], organizations: [] },
  },
];

/** Every new Logto user has this role. */
export const defaultRole = 'reader';

/** Which permissions (scopes of an API resource) a Logto role gives. */
export const rolePermissions: Record<string, string[]> = {
  reader: ['read:books'],
  editor: ['read:books', 'write:books'],
};

/** Which permissions a role gives within an organization: of the organization, and of API resources. */
export const organizationRoles: Record<string, { own: string[]; api: string[] }> = {
  admin: { own: ['invite:member'], api: ['write:books'] },
  member: { own: [], api: [] },
};

/** Every permission of the API that the stand-in's Logto knows. */
export const apiScopes = [...new Set(Object.values(rolePermissions).flat())];
