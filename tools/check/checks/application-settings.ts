import { z } from 'zod';
import { isLoopback } from '../../../src/doorstep/operator.ts';
import type { Check } from '../checkup.ts';
import { error, type Finding, goOn, ok, skipped, stop, warning } from '../outcome.ts';
import type { Logto } from './discovery.ts';
import type { Management } from './management.ts';

const Application = z.object({
  type: z.string(),
  isThirdParty: z.boolean().optional(),
  appLevelAccessControlEnabled: z.boolean().optional(),
  oidcClientMetadata: z.object({
    redirectUris: z.array(z.string()),
    backchannelLogoutUri: z.string().optional(),
    backchannelLogoutSessionRequired: z.boolean().optional(),
  }),
});

export interface ApplicationSettings {
  /** null: none is registered. */
  backchannelLogoutUri: string | null;
}

const WHERE = 'Logto Console > Applications > your application';

/** What only Logto's own settings tell. Whether the URIs that we need are there is seen from outside. */
export const applicationSettings: Check<[Logto, Management], ApplicationSettings> = {
  name: 'Application settings',
  async run([{ config }, management]) {
    const path = `/api/applications/${encodeURIComponent(config.logto.appId)}`;
    const application = await management.read(path, Application);
    if (!application) return stop(skipped('the Management API does not show it'));
    const wrongKind = kindOf(application);
    if (wrongKind) return stop(wrongKind);
    const { oidcClientMetadata: metadata } = application;
    const own = `${config.baseUrl}/callback`;
    const findings = [
      ...accessControlOf(application),
      ...metadata.redirectUris.filter((uri) => uri !== own).flatMap(openRedirectUri),
      ...backchannelOf(metadata, `${config.baseUrl}/backchannel-logout`),
    ];
    const backchannelLogoutUri = metadata.backchannelLogoutUri ?? null;
    if (findings.length === 0) findings.push(ok('as they should be'));
    return goOn({ backchannelLogoutUri }, ...findings);
  },
};

/** What no setting of this application can put right. */
function kindOf({ type, isThirdParty }: z.infer<typeof Application>): Finding | null {
  const next = 'Make one of the type Traditional web, first-party: npm run logto:setup does.';
  if (type !== 'Traditional') return error(`the application is of the type ${type}`, next);
  if (!isThirdParty) return null;
  return error(
    'the application is a third-party one: Logto asks people for consent, and withholds permissions',
    next,
  );
}

/** Logto has it since 1.41. Whoever is left out stays on a page of Logto, and nothing comes back here. */
function accessControlOf({ appLevelAccessControlEnabled }: z.infer<typeof Application>): Finding[] {
  if (!appLevelAccessControlEnabled) return [];
  return [
    warning(
      'access control is on: who is not in its rules ends at Logto’s “Access denied”',
      `Look through the rules in ${WHERE} > Access control, or switch it off, unless it is meant so.`,
    ),
  ];
}

function openRedirectUri(uri: string): Finding[] {
  const url = URL.canParse(uri) ? new URL(uri) : null;
  if (url?.protocol !== 'http:' || isLoopback(url.hostname)) return [];
  const next = `Take it out: ${WHERE} > Redirect URIs.`;
  return [warning(`sign-ins may come back over plain http, to ${uri}`, next)];
}

function backchannelOf(
  metadata: z.infer<typeof Application>['oidcClientMetadata'],
  wanted: string,
): Finding[] {
  const uri = metadata.backchannelLogoutUri;
  if (!uri) {
    const next = `Set it to ${wanted} in ${WHERE} > Backchannel logout.`;
    return [warning('no back-channel logout URI: signing out at Logto ends nothing here', next)];
  }
  // Another host may be right (an inner address); another path never is.
  if (!URL.canParse(uri) || new URL(uri).pathname !== '/backchannel-logout') {
    const next = `Set it to ${wanted} in ${WHERE} > Backchannel logout.`;
    return [warning(`the back-channel logout URI is ${uri}`, next)];
  }
  if (metadata.backchannelLogoutSessionRequired) return [];
  return [
    warning(
      'back-channel logout without “session required”: it ends all devices instead of one',
      `Switch “Is session required” on in ${WHERE} > Backchannel logout.`,
    ),
  ];
}
