import type { Config } from '../../../src/site/config.ts';
import { reachOf } from '../addresses.ts';
import type { Check } from '../checkup.ts';
import { type Finding, ok, skipped, stop, warning } from '../outcome.ts';
import type { ApplicationSettings } from './application-settings.ts';
import type { Logto } from './discovery.ts';

/**
 * Whether Logto can reach the app to sign somebody out (C17). Nobody can make Logto try it, so it is
 * worked out from the addresses: Logto silently sends nothing to a loopback or private one.
 */
export const backChannel: Check<[Logto, ApplicationSettings | null], never> = {
  name: 'Back-channel logout',
  async run([{ config }, settings], world) {
    if (settings && !settings.backchannelLogoutUri) return stop(skipped('no URI is registered'));
    const uri = settings?.backchannelLogoutUri ?? `${config.baseUrl}/backchannel-logout`;
    const app = new URL(uri);
    const logto = new URL(config.logto.endpoint);
    const [ours, theirs] = await Promise.all([
      reachOf(app.hostname, world),
      reachOf(logto.hostname, world),
    ]);
    if (!ours) return stop(skipped(`${app.hostname} has no address that this machine knows`));
    if (ours === 'public')
      return stop(ok(`${app.host} has a public address, so Logto may call it`));
    if (ours === 'loopback' && theirs !== 'loopback')
      return stop(unreachable(app, logto, 'loopback', config));
    if (theirs === 'public') return stop(unreachable(app, logto, 'private', config));
    return stop(
      warning(
        `Logto silently calls no ${ours} address, such as ${app.host}`,
        'Run Logto with OIDC_PROVIDER_SSRF_PROTECTION_DISABLED=true. If it already does, ignore this.',
      ),
    );
  },
};

function unreachable(app: URL, logto: URL, kind: string, { baseUrl }: Config): Finding {
  const message = `${app.host} is a ${kind} address, which ${logto.host} can’t reach`;
  const own = `${baseUrl}/backchannel-logout`;
  return warning(
    message,
    app.href === own
      ? 'Signing out at Logto ends no session here until BASE_URL is an address that Logto can reach.'
      : `Register one that Logto can reach, such as ${own}, in Logto Console > Applications > your application > Backchannel logout.`,
  );
}
