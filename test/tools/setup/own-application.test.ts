import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  actionsOf,
  addApplication,
  BASE_URL,
  createWorkplace,
  person,
  type Workplace,
} from './harness.ts';

let place: Workplace;
beforeEach(async () => {
  place = await createWorkplace();
});
afterEach(() => place.close());

describe('which application is ours', () => {
  it('a renamed one, by its redirect URI', async () => {
    await place.setUp();
    renameFirst('Front door');
    await place.writeEnv('');
    const { text } = await place.setUp();
    expect(actionsOf(text)['Application "Front door"']).toBe('keep');
    expect(text).toContain('Found by its redirect URI');
    expect(place.logto.state.applications).toHaveLength(1);
  });

  it('a renamed one at another address, by its id', async () => {
    await place.setUp();
    renameFirst('Front door');
    const BASE = { BASE_URL: 'https://door.example', TRUST_PROXY: 'loopback' };
    const { text } = await place.setUp({ environment: BASE });
    expect(actionsOf(text)['Application "Front door"']).toBe('change');
    expect(place.logto.state.applications).toHaveLength(1);
  });

  it('not one of another type, nor a third-party one, whatever its name', async () => {
    addApplication(place, { name: 'Doorstep', type: 'SPA' });
    addApplication(place, { name: 'Doorstep', isThirdParty: true });
    await place.setUp();
    expect(place.logto.state.applications).toHaveLength(3);
  });

  it('of several of the name, the one with the redirect URI', async () => {
    addApplication(place, { name: 'Doorstep' });
    const own = addApplication(place, {
      name: 'Doorstep',
      oidcClientMetadata: { redirectUris: [`${BASE_URL}/callback`], postLogoutRedirectUris: [] },
    });
    await place.setUp();
    expect((await place.env()).LOGTO_APP_ID).toBe(own.id);
  });

  it('asks a script to name it when several could be', async () => {
    const [one, two] = [
      addApplication(place, { name: 'Doorstep' }),
      addApplication(place, { name: 'Doorstep' }),
    ];
    const { code, text } = await place.setUp();
    expect(code).toBe(1);
    for (const word of [one.id, two.id, 'LOGTO_APP_ID']) expect(text).toContain(word);
    expect(place.logto.writes()).toEqual([]);
    await place.setUp({ environment: { LOGTO_APP_ID: two.id } });
    expect((await place.env()).LOGTO_APP_ID).toBe(two.id);
  });

  it.each([0, 2])('asks a person when several could be (choice %i)', async (index) => {
    addApplication(place, { name: 'Doorstep' });
    addApplication(place, { name: 'Doorstep' });
    const prompts = person({
      choose: async (_question, choices) => choices[index]?.value ?? '',
    });
    const { code } = await place.setUp({ argv: [], prompts });
    expect(code).toBe(0);
    expect(place.logto.state.applications).toHaveLength(index === 2 ? 3 : 2);
    expect((await place.env()).LOGTO_APP_ID).toBe(index === 2 ? 'application-1' : 'other-1');
  });

  it('stops at an id that this Logto does not have, or that is of another type', async () => {
    const unknown = await place.setUp({ environment: { LOGTO_APP_ID: 'nope' } });
    expect(unknown.text).toContain('LOGTO_APP_ID is nope, but this Logto has no such application');
    const { id } = addApplication(place, { type: 'SPA' });
    const wrong = await place.setUp({ environment: { LOGTO_APP_ID: id } });
    expect(wrong.text).toContain('of type SPA');
    expect([unknown.code, wrong.code]).toEqual([1, 1]);
    expect(place.logto.writes()).toEqual([]);
  });
});

function renameFirst(name: string): void {
  const [first] = place.logto.state.applications;
  if (first) first.name = name;
}
