import { z } from 'zod';
import { isLoopback } from '../../../src/doorstep/operator.ts';
import type { Check } from '../checkup.ts';
import { error, type Finding, goOn, ok, skipped, stop, warning } from '../outcome.ts';
import type { Logto } from './discovery.ts';
import type { Management } from './management.ts';

const Application = z.object({
  type: z.string(),
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
    const { type, oidcClientMetadata: metadata } = application;
    const findings = [
      ...typeOf(type),
      ...metadata.redirectUris.flatMap(openRedirectUri),
      ...backchannelOf(metadata, `${config.baseUrl}/backchannel-logout`),
    ];
    const backchannelLogoutUri = metadata.backchannelLogoutUri ?? null;
    if (findings.length === 0) findings.push(ok('as they should be'));
    return goOn({ backchannelLogoutUri }, ...findings);
  },
};

function typeOf(type: string): Finding[] {
  if (type === 'Traditional') return [];
  return [error(`the application is of the type ${type}`, 'Make one of the type Traditional web.')];
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
