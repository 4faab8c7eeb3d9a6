/** What the stand-in keeps: the parts of a Logto tenant that a set-up touches. */

export interface Secret {
  tenantId: string;
  applicationId: string;
  name: string;
  value: string;
  createdAt: number;
  expiresAt: number | null;
}

export interface ClientMetadata {
  redirectUris: string[];
  postLogoutRedirectUris: string[];
  backchannelLogoutUri?: string | undefined;
  backchannelLogoutSessionRequired?: boolean | undefined;
  logoUri?: string | undefined;
}

export interface Application {
  tenantId: string;
  id: string;
  name: string;
  description: string | null;
  type: string;
  oidcClientMetadata: ClientMetadata;
  customClientMetadata: Record<string, unknown>;
  protectedAppMetadata: null;
  customData: Record<string, unknown>;
  isThirdParty: boolean;
  appLevelAccessControlEnabled: boolean;
  createdAt: number;
}

export interface Connector {
  id: string;
  connectorId: string;
  target: string;
  syncProfile: boolean;
  enableTokenStorage?: boolean | undefined;
  config: Record<string, unknown>;
  /** Of a general connector: what it is called, and its target. */
  metadata?: Record<string, unknown> | undefined;
}

export interface Hook {
  tenantId: string;
  id: string;
  name: string;
  event: null;
  events: string[];
  config: { url: string; headers?: Record<string, string> | undefined };
  signingKey: string;
  enabled: boolean;
  createdAt: number;
}

export interface Scope {
  tenantId: string;
  id: string;
  name: string;
  description: string | null;
}

export interface ResourceScope extends Scope {
  resourceId: string;
  createdAt: number;
}

export interface Resource {
  tenantId: string;
  id: string;
  name: string;
  indicator: string;
  isDefault: boolean;
  accessTokenTtl: number;
}

export interface Role {
  tenantId: string;
  id: string;
  name: string;
  description: string;
  type: string;
  isDefault: boolean;
}

export interface OrganizationRole extends Omit<Role, 'description' | 'isDefault'> {
  description: string | null;
}

export interface SignInExperience {
  signIn: { methods: Record<string, unknown>[] };
  signUp: { identifiers: string[]; password: boolean; verify: boolean };
  socialSignIn: Record<string, unknown>;
  socialSignInConnectorTargets: string[];
  signInMode: string;
}

export interface OneTimeToken {
  id: string;
  email: string;
  token: string;
  status: string;
  context: { jitOrganizationIds?: string[] | undefined };
  createdAt: number;
  expiresAt: number;
}

export interface User {
  id: string;
  primaryEmail: string | null;
  isSuspended: boolean;
}

export interface State {
  /** The name that this Logto was told, when it is not the address that it is reached at. */
  otherName: string | null;
  /** Kinds of connectors that this Logto has, with their targets. */
  factories: Map<string, string>;
  /** Its SECRET_VAULT_KEK. Logto says nothing about a bad one until a token is to be stored. */
  vaultKey: 'good' | 'absent' | 'bad';
  applications: Application[];
  secrets: Secret[];
  connectors: Connector[];
  signInExperience: SignInExperience;
  accountCenter: { enabled: boolean; fields: Record<string, string> };
  resources: Resource[];
  resourceScopes: ResourceScope[];
  roles: Role[];
  roleScopes: { roleId: string; scopeId: string }[];
  organizationScopes: Scope[];
  organizationRoles: OrganizationRole[];
  organizationRoleScopes: { roleId: string; scopeId: string }[];
  hooks: Hook[];
  organizations: { id: string; name: string }[];
  users: User[];
  oneTimeTokens: OneTimeToken[];
}

export const TENANT = 'default';
export const MANAGEMENT_API = 'https://default.logto.app/api';
/** Any time will do; always the same makes two tenants comparable. */
export const CREATED_AT = 1_795_395_426_544;

/** A tenant as Logto's seed leaves it. */
export function createState(): State {
  return {
    otherName: null,
    factories: new Map([
      ['huggingface-universal', 'huggingface'],
      ['github-universal', 'github'],
    ]),
    vaultKey: 'good',
    applications: [],
    secrets: [],
    connectors: [],
    signInExperience: {
      signIn: {
        methods: [
          {
            identifier: 'username',
            password: true,
            verificationCode: false,
            isPasswordPrimary: true,
          },
        ],
      },
      signUp: { identifiers: ['username'], password: true, verify: false },
      socialSignIn: {},
      socialSignInConnectorTargets: [],
      signInMode: 'SignInAndRegister',
    },
    accountCenter: { enabled: false, fields: {} },
    resources: [
      {
        tenantId: TENANT,
        id: 'management-api',
        name: 'Logto Management API',
        indicator: MANAGEMENT_API,
        isDefault: false,
        accessTokenTtl: 3600,
      },
    ],
    resourceScopes: [
      {
        tenantId: TENANT,
        id: 'management-api-all',
        resourceId: 'management-api',
        name: 'all',
        description: 'Default scope for Management API, allows all permissions.',
        createdAt: CREATED_AT,
      },
    ],
    roles: [
      {
        tenantId: TENANT,
        id: 'management-api-access',
        name: 'Logto Management API access',
        description: 'This default role grants access to the Logto management API.',
        type: 'MachineToMachine',
        isDefault: false,
      },
    ],
    roleScopes: [{ roleId: 'management-api-access', scopeId: 'management-api-all' }],
    organizationScopes: [],
    organizationRoles: [],
    organizationRoleScopes: [],
    hooks: [],
    organizations: [],
    users: [],
    oneTimeTokens: [],
  };
}

/** Ids in the order of making, so that the same calls make the same tenant. */
export function createIds(): (kind: string) => string {
  const counts = new Map<string, number>();
  return (kind) => {
    const count = (counts.get(kind) ?? 0) + 1;
    counts.set(kind, count);
    return `${kind}-${count}`;
  };
}
