import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { explainAnswer } from '../../../tools/setup/logto/refusal.ts';
import { MACHINE } from '../management-api/index.ts';
import { createWorkplace, HF_SECRET, person, type Workplace } from './harness.ts';

let place: Workplace;
beforeEach(async () => {
  place = await createWorkplace();
});
afterEach(() => place.close());

/** One sentence about what is wrong, with what to do, and no write. */
async function expectRefusal(part: RegExp, environment = {}) {
  const { code, text } = await place.setUp({ environment });
  const [, sentence = ''] = text.split('✗ ');
  expect(sentence.replace(/\s+/g, ' ').trim()).toMatch(part);
  expect(sentence).not.toContain('\n\n');
  expect(code).toBe(1);
  expect(place.logto.writes()).toEqual([]);
}

it('C93 an error code that JavaScript gives every object is told in Logto’s own words', () => {
  const answer = { code: 'constructor', message: 'No.' };
  expect(explainAnswer('GET /users', 422, answer)).toBe(
    'Logto refused GET /users (constructor): No.',
  );
});

describe('C38 a Logto that is reached by another name', () => {
  it('C38 is not set up for it: redirect URI and issuer would be wrong', async () => {
    place.logto.state.otherName = 'http://auth.example.test:3001';
    const { endpoint } = place.logto;
    await expectRefusal(
      new RegExp(
        `^The Logto at ${endpoint} calls itself http://auth.example.test:3001: set LOGTO_ENDPOINT=http://auth.example.test:3001, or`,
      ),
    );
    expect(await place.envExists()).toBe(false);
  });
});

describe('credentials that do not get in', () => {
  it('a wrong secret', async () => {
    await expectRefusal(/LOGTO_M2M_APP_SECRET is not a secret of m2m-app: copy it again/, {
      LOGTO_M2M_APP_SECRET: 'wrong',
    });
  });

  it('an unknown application', async () => {
    await expectRefusal(/knows no application nobody: correct LOGTO_M2M_APP_ID/, {
      LOGTO_M2M_APP_ID: 'nobody',
    });
  });

  it('the seeded application at the wrong address', async () => {
    await expectRefusal(/knows no application m-default: LOGTO_ADMIN_ENDPOINT must be/, {
      LOGTO_M2M_APP_ID: 'm-default',
      LOGTO_ADMIN_ENDPOINT: place.logto.endpoint,
    });
  });

  it('a secret that has expired', async () => {
    place.logto.machines.set(MACHINE.id, { ...machine(), secretExpired: true });
    await expectRefusal(/The secret of m2m-app has expired: make a new one/);
  });

  it('an application without the role', async () => {
    place.logto.machines.set(MACHINE.id, { ...machine(), privileged: false });
    await expectRefusal(/m2m-app may not manage this Logto: give it the role "Logto Management/);
  });

  it('an application that is no machine', async () => {
    await place.setUp();
    place.logto.resetCalls();
    await expectRefusal(/application-1 is not a machine-to-machine one/, {
      LOGTO_M2M_APP_ID: 'application-1',
    });
  });

  it('another identifier of the Management API', async () => {
    await expectRefusal(/has no API https:\/\/nope\.example\/api: put the identifier/, {
      LOGTO_MANAGEMENT_API: 'https://nope.example/api',
    });
  });

  it('a token that Logto finds too old at once', async () => {
    place.logto.fail('GET', '/api/applications', [
      {
        status: 401,
        body: { code: 'auth.unauthorized', message: 'x', data: { code: 'ERR_JWT_EXPIRED' } },
      },
    ]);
    await expectRefusal(/access token has expired: check this machine's clock/);
  });

  it('rights that are taken away meanwhile', async () => {
    place.logto.fail('GET', '/api/applications', [
      { status: 403, body: { code: 'auth.forbidden', message: 'Forbidden.' } },
    ]);
    await expectRefusal(/may not manage this Logto/);
  });

  it('gets a new token when a person has thought about the plan for over an hour', async () => {
    let now = Date.now();
    const prompts = person({
      confirm: async () => {
        now += 3_600_000;
        place.logto.expireTokens();
        return true;
      },
    });
    expect((await place.setUp({ argv: [], prompts, now: () => now })).code).toBe(0);
  });
});

describe('a Logto that is not there, or is none', () => {
  it('nothing answers', async () => {
    const { endpoint } = place.logto;
    await place.logto.close();
    await expectRefusal(new RegExp(`^Nothing answers at ${endpoint}: start Logto`));
  });

  it('something else answers', async () => {
    place.logto.fail('POST', '/oidc/token', [{ status: 404, body: '<html>' }]);
    await expectRefusal(/does not answer like a Logto \(status 404\)/);
  });

  it('it is too old for a part', async () => {
    place.logto.fail('GET', '/api/account-center', [{ status: 404, body: 'Not Found' }]);
    await expectRefusal(/does not know GET \/api\/account-center: update it/);
  });

  it('it has no Hugging Face connector', async () => {
    place.logto.state.factories.delete('huggingface-universal');
    const { code, text } = await place.setUp();
    expect(code).toBe(1);
    expect(text).toContain('This Logto has no Hugging Face connector');
  });

  it('it takes a change and does not keep it', async () => {
    place.logto.fail('PATCH', '/api/sign-in-exp', [{ status: 200, body: {} }]);
    const { code, text } = await place.setUp();
    expect(code).toBe(1);
    expect(text).toContain('Logto took the change of Sign-in page and did not keep it');
  });

  it('it refuses for a reason of its own, in its own words', async () => {
    place.logto.fail('POST', '/api/applications', [
      { status: 403, body: { code: 'subscription.limit_exceeded', message: 'Upgrade your plan.' } },
    ]);
    const { text } = await place.setUp({ columns: 100 });
    expect(text).toMatch(/\(subscription\.limit_exceeded\):\s+Upgrade your plan\./);
  });
});

describe('a busy Logto', () => {
  const busy = (status: number, retryAfter: string) => ({
    status,
    headers: { 'retry-after': retryAfter },
  });

  it.each([429, 503])(
    'waits as long as Retry-After says (%i), also before a write',
    async (status) => {
      place.logto.fail('POST', '/oidc/token', [busy(status, '1')]);
      place.logto.fail('POST', '/api/applications', [busy(status, '3'), busy(status, '2')]);
      const { code, text } = await place.setUp();
      expect(code).toBe(0);
      expect(place.waits).toEqual([1000, 3000, 2000]);
      expect(text).toContain('Logto is busy. Trying again in 3 s.');
      expect(place.logto.state.applications).toHaveLength(1);
    },
  );

  it('understands Retry-After as a date', async () => {
    const now = Date.parse('Mon, 23 Nov 2026 08:00:00 GMT');
    place.logto.fail('GET', '/api/connectors', [busy(503, 'Mon, 23 Nov 2026 08:00:07 GMT')]);
    await place.setUp({ now: () => now });
    expect(place.waits).toEqual([7000]);
  });

  it('does not wait for minutes, nor for ever', async () => {
    place.logto.fail('GET', '/api/applications', [busy(429, '120')]);
    await expectRefusal(/asks to come back in 2 minutes/);
    place.logto.fail('GET', '/api/applications', Array(9).fill(busy(429, '1')));
    await expectRefusal(/Logto stays busy \(429\)/);
    expect(place.waits).toHaveLength(4);
  });

  it('does not repeat a write that may have arrived', async () => {
    place.logto.fail('POST', '/api/applications', [{ status: 503 }]);
    expect((await place.setUp()).code).toBe(1);
    expect(place.logto.writes()).toHaveLength(1);
    expect(place.waits).toEqual([]);
  });
});

it('S29 prints no secret, whatever happens', async () => {
  const runs = [
    await place.setUp(),
    await place.setUp(),
    await place.setUp({ argv: ['--json', '--yes'], environment: { HF_CLIENT_SECRET: 'other' } }),
    await place.setUp({ environment: { HF_SCOPE: 'profile email' } }),
    await place.setUp({ environment: { LOGTO_M2M_APP_ID: 'nobody' } }),
    await place.setUp({
      argv: ['--yes', '--replace-connector'],
      environment: { HF_ACCESS_TOKENS: 'true' },
    }),
  ];
  const { SESSION_SECRET = '' } = await place.env();
  const printed = runs.map(({ text }) => text).join('');
  for (const secret of [
    HF_SECRET,
    MACHINE.secret,
    'application-secret-1',
    'signing-key-1',
    SESSION_SECRET,
  ]) {
    expect(secret.length).toBeGreaterThan(5);
    expect(printed).not.toContain(secret);
  }
});

function machine() {
  return { secret: MACHINE.secret, privileged: true };
}
