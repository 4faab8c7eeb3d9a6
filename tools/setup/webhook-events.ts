/**
 * What Logto is to tell the app: that somebody is no longer welcome, or may do something else than
 * before. Other changes have no event: roles of a user, of a member, access control.
 */
export const WEBHOOK_EVENTS = [
  'User.Deleted',
  'User.SuspensionStatus.Updated',
  'User.Data.Updated',
  'Organization.Membership.Updated',
  'Organization.Deleted',
  'Role.Scopes.Updated',
  'Role.Deleted',
  'Scope.Deleted',
  'OrganizationRole.Scopes.Updated',
  'OrganizationRole.Deleted',
  'OrganizationScope.Deleted',
] as const;

/** Where the app takes them. */
export const webhookUrlOf = (baseUrl: string): string => `${baseUrl}/hooks/logto`;
