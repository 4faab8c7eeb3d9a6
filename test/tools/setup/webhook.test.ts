import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Hook } from '../management-api/state.ts';
import { actionsOf, BASE_URL, createWorkplace, type Workplace } from './harness.ts';

let place: Workplace;
beforeEach(async () => {
  place = await createWorkplace();
});
afterEach(() => place.close());

const URL_OF_OURS = `${BASE_URL}/hooks/logto`;
// By hand: they are what Logto has, and what docs/webhooks.md promises.
const EVENTS = [
  'User.Deleted',
  'User.SuspensionStatus.Updated',
  'User.Data.Updated',
  'Organization.Membership.Updated',
  'Role.Deleted',
  'Role.Data.Updated',
  'Role.Scopes.Updated',
  'Scope.Deleted',
  'Scope.Data.Updated',
  'Organization.Deleted',
  'OrganizationRole.Deleted',
  'OrganizationRole.Data.Updated',
  'OrganizationRole.Scopes.Updated',
  'OrganizationScope.Deleted',
  'OrganizationScope.Data.Updated',
];
const oneLine = (text: string) => text.replace(/\s+/g, ' ');

function addHook(more: Partial<Hook>): Hook {
  const hook = {
    tenantId: 'default',
    id: `theirs-${place.logto.state.hooks.length}`,
    name: 'Doorstep',
    event: null,
    events: EVENTS,
    config: { url: URL_OF_OURS },
    signingKey: 'k'.repeat(32),
    enabled: true,
    createdAt: 0,
    ...more,
  };
  place.logto.state.hooks.push(hook);
  return hook;
}

describe('F46 the webhook', () => {
  it('F46 is made, its key written down and not shown; a second run changes nothing', async () => {
    const { code, text } = await place.setUp();
    expect(code).toBe(0);
    const { hooks } = place.logto.state;
    expect(hooks).toMatchObject([
      { name: 'Doorstep', events: EVENTS, config: { url: URL_OF_OURS }, enabled: true },
    ]);
    const [{ signingKey = '' } = {}] = hooks;
    expect((await place.env()).LOGTO_WEBHOOK_SIGNING_KEY).toBe(signingKey);
    expect(signingKey).toHaveLength(32);
    expect(text).not.toContain(signingKey);

    place.logto.resetCalls();
    expect(oneLine((await place.setUp()).text)).toContain('Nothing is to do');
    expect(place.logto.writes()).toEqual([]);
    expect(hooks).toHaveLength(1);
  });

  it('F46 is found by its name; events that are missing and the address are put right', async () => {
    addHook({
      events: ['PostSignIn', 'User.Deleted'],
      config: { url: 'https://old.example/hooks/logto', headers: { 'x-mine': 'stays' } },
    });
    const { text } = await place.setUp();
    expect(actionsOf(text)['Webhook "Doorstep"']).toBe('change');
    expect(oneLine(text)).toContain(`https://old.example/hooks/logto → ${URL_OF_OURS}`);
    expect(oneLine(text)).toContain('If another app uses it, stop here');
    const [hook] = place.logto.state.hooks;
    expect(new Set(hook?.events)).toEqual(new Set(['PostSignIn', ...EVENTS]));
    expect(hook?.config).toEqual({ url: URL_OF_OURS, headers: { 'x-mine': 'stays' } });
    expect((await place.env()).LOGTO_WEBHOOK_SIGNING_KEY).toBe('k'.repeat(32));
  });

  it('F46 of several of the name is the one with our address; those of other apps stay', async () => {
    const other = addHook({ config: { url: 'https://other.example/hooks/logto' } });
    const ours = addHook({ signingKey: 'o'.repeat(32) });
    addHook({ name: 'Something else', config: { url: 'https://else.example/' } });
    const { text } = await place.setUp();
    expect(actionsOf(text)['Webhook "Doorstep"']).toBe('keep');
    expect((await place.env()).LOGTO_WEBHOOK_SIGNING_KEY).toBe(ours.signingKey);
    expect(other.config.url).toBe('https://other.example/hooks/logto');
    expect(place.logto.state.hooks).toHaveLength(3);
  });

  it('F46 that somebody has switched off stays so, and it says so', async () => {
    addHook({ enabled: false });
    expect(oneLine((await place.setUp()).text)).toContain('It is switched off in Logto');
    expect(place.logto.state.hooks[0]?.enabled).toBe(false);
  });

  it('F46 with another key than the app has: it says so, and overwrites nothing', async () => {
    await place.writeEnv('LOGTO_WEBHOOK_SIGNING_KEY=one,two\n');
    const { text } = await place.setUp();
    expect(oneLine(text)).not.toContain('is not the key of the webhook');
    const again = await place.setUp();
    expect(oneLine(again.text)).toContain(
      'LOGTO_WEBHOOK_SIGNING_KEY is not the key of the webhook',
    );
    expect((await place.env()).LOGTO_WEBHOOK_SIGNING_KEY).toBe('one,two');
    const key = place.logto.state.hooks[0]?.signingKey;
    await place.writeEnv(`LOGTO_WEBHOOK_SIGNING_KEY=${key},old\n`);
    expect(oneLine((await place.setUp()).text)).not.toContain('is not the key of the webhook');
  });

  it('F46 is not made with --no-webhook', async () => {
    await place.setUp({ argv: ['--yes', '--no-webhook'] });
    expect(place.logto.state.hooks).toEqual([]);
    expect(await place.env()).not.toHaveProperty('LOGTO_WEBHOOK_SIGNING_KEY');
  });
});
