import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Environment } from '../../../src/doorstep/config/config.ts';
import { run } from '../../../tools/invite/command.ts';
import { startDoorstep } from '../../harness/doorstep.ts';
import { runScript } from '../../harness/process.ts';
import { MACHINE, type ManagementApiStandIn, startManagementApi } from '../management-api/index.ts';

const ANN = 'ann@example.org';

describe('F71 doorstep invite', () => {
  let logto: ManagementApiStandIn;
  let asked: string[];
  beforeEach(async () => {
    asked = [];
    logto = await startManagementApi();
    logto.state.users.push(
      { id: 'ann', primaryEmail: ANN, isSuspended: false },
      { id: 'out', primaryEmail: 'out@example.org', isSuspended: true },
    );
    logto.state.organizations.push({ id: 'anaengines37', name: 'Engines\u009b2J' });
  });
  afterEach(() => logto.close());

  const environment = (): Environment => ({
    LOGTO_ENDPOINT: logto.endpoint,
    LOGTO_M2M_APP_ID: MACHINE.id,
    LOGTO_M2M_APP_SECRET: MACHINE.secret,
    BASE_URL: 'https://app.example.com',
  });
  /** @param says What somebody at the terminal answers; null: nobody is there. */
  const invite = async (
    argv: string[],
    { says = null, changes = {} }: { says?: boolean | null; changes?: Environment } = {},
  ) => {
    let [out, err] = ['', ''];
    const code = await run(argv, {
      environment: { ...environment(), ...changes },
      confirm:
        says === null
          ? null
          : async (question) => {
              asked.push(question);
              return says;
            },
      print: (text) => {
        out += text;
      },
      tell: (text) => {
        err += text;
      },
      fetch,
      sleep: async () => {},
      now: Date.now,
    });
    return { code, out, err };
  };
  const minted = () => logto.state.oneTimeTokens;

  it('prints the link for somebody whom Logto knows, and nothing more', async () => {
    const { code, out, err } = await invite([ANN]);
    const [token] = minted();
    expect({ code, out, err }).toEqual({
      code: 0,
      out: `https://app.example.com/sign-in/link?one_time_token=${token?.token}&login_hint=ann%40example.org\n`,
      err: '',
    });
    expect(token).toMatchObject({ email: ANN, context: {} });
    expect((token?.expiresAt ?? 0) - (token?.createdAt ?? 0)).toBe(600_000);
  });

  it('lower-cases the address: with capitals, Logto would stop', async () => {
    const { code, out } = await invite(['  Ann@Example.ORG ']);
    expect([code, out.includes('login_hint=ann%40example.org')]).toEqual([0, true]);
    expect(minted()).toMatchObject([{ email: ANN }]);
  });

  it('asks before Logto makes a person; no is no', async () => {
    const declined = await invite(['new@example.org'], { says: false });
    expect(declined).toEqual({ code: 1, out: '', err: 'Nothing was made.\n' });
    expect(asked).toEqual([
      `Nobody at ${logto.endpoint} has new@example.org: the link makes a new user. Go on?`,
    ]);
    expect(minted()).toEqual([]);
    expect((await invite(['new@example.org'], { says: true })).code).toBe(0);
    expect(minted()).toMatchObject([{ email: 'new@example.org' }]);
  });

  it('with nobody at the terminal it takes --yes', async () => {
    const alone = await invite(['new@example.org']);
    expect([alone.code, alone.out]).toEqual([2, '']);
    expect(alone.err).toContain('add --yes');
    expect(minted()).toEqual([]);
    expect((await invite(['new@example.org', '--yes'])).code).toBe(0);
    expect(minted()).toHaveLength(1);
  });

  it('an address that only resembles a known one is unknown', async () => {
    expect((await invite(['nn@example.org'])).code).toBe(2);
    expect((await invite(['a%@example.org'])).code).toBe(2);
    expect(minted()).toEqual([]);
  });

  it('--organization: the person becomes a member; an unknown one is said', async () => {
    expect((await invite([ANN, '--organization', 'anaengines37'])).code).toBe(0);
    expect(minted()).toMatchObject([{ context: { jitOrganizationIds: ['anaengines37'] } }]);
    const words = ['new@example.org', '--organization', 'anaengines37'];
    await invite(words, { says: false });
    expect(asked[0]).toContain('a new user who is a member of Engines\\u{9b}2J.');
    const unknown = await invite([ANN, '--organization', 'nowhere']);
    expect(unknown).toEqual({
      code: 1,
      out: '',
      err: 'Logto has no organization nowhere: correct --organization.\n',
    });
    expect(minted()).toHaveLength(1);
  });

  it('--minutes says how long it works', async () => {
    await invite([ANN, '--minutes', '1440']);
    const [token] = minted();
    expect((token?.expiresAt ?? 0) - (token?.createdAt ?? 0)).toBe(86_400_000);
  });

  it('a suspended person gets no link', async () => {
    const { code, out, err } = await invite(['out@example.org', '--yes']);
    expect([code, out]).toEqual([1, '']);
    expect(err).toContain('is suspended at Logto');
    expect(minted()).toEqual([]);
  });

  it.each([
    [[], 'email is missing'],
    [['nobody'], 'email has to be an e-mail address'],
    [['a\u202e@example.org'], 'email has to be an e-mail address'],
    [[`${'a'.repeat(65)}@example.org`], 'email has to be an e-mail address'],
    [[ANN, 'bob@example.org'], 'One e-mail address at a time'],
    [[ANN, '--minutes', '0'], 'minutes is 1 or more'],
    [[ANN, '--minutes', '1.5'], 'minutes is a whole number'],
    [[ANN, '--minutes', 'x'], 'minutes is a number'],
    [[ANN, '--organization', '../users'], 'organization is the ID'],
    [[ANN, '--send'], "Unknown option '--send'"],
  ])('%j is refused before anything is asked: %s', async (argv, message) => {
    const { code, out, err } = await invite(argv);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(message);
    expect(logto.calls).toEqual([]);
  });

  it('names each setting that is missing or wrong', async () => {
    const { code, err } = await invite([ANN], {
      changes: {
        LOGTO_ENDPOINT: '',
        LOGTO_M2M_APP_ID: '',
        LOGTO_M2M_APP_SECRET: '',
        BASE_URL: 'x',
      },
    });
    expect(code).toBe(2);
    for (const name of ['ENDPOINT', 'M2M_APP_ID', 'M2M_APP_SECRET'])
      expect(err).toContain(`LOGTO_${name} is missing`);
    expect(err).toContain('BASE_URL must be');
    const production = { NODE_ENV: 'production', BASE_URL: '' };
    expect((await invite([ANN], { changes: production })).err).toContain('BASE_URL is missing');
    const development = await invite([ANN], { changes: { BASE_URL: '', PORT: '4000' } });
    expect(development.out).toMatch(/^http:\/\/localhost:4000\/sign-in\/link\?/);
  });

  it('what Logto refuses is explained, without the secret', async () => {
    const wrong = await invite([ANN], { changes: { LOGTO_M2M_APP_SECRET: 'wrong-secret' } });
    expect(wrong.code).toBe(1);
    expect(wrong.err).toContain('LOGTO_M2M_APP_SECRET is not a secret of m2m-app');
    expect(wrong.err).not.toContain('wrong-secret');
    logto.fail('POST', '/api/one-time-tokens', [{ status: 404, body: 'Not Found' }]);
    const old = await invite([ANN]);
    expect([old.code, old.out]).toEqual([1, '']);
    expect(old.err).toContain('does not know POST /api/one-time-tokens: update it');
  });

  it('waits when Logto is busy', async () => {
    logto.fail('POST', '/api/one-time-tokens', [{ status: 429, headers: { 'Retry-After': '2' } }]);
    const { code, err } = await invite([ANN]);
    expect([code, err]).toEqual([0, 'Logto is busy. Trying again in 2 s.\n']);
    expect(minted()).toHaveLength(1);
  });

  it('the app takes the link', async () => {
    const app = await startDoorstep();
    const { out } = await invite([ANN], { changes: { BASE_URL: app.url } });
    const page = await app.browser().get(out.trim());
    expect([page.url, page.status]).toEqual([`${app.url}/sign-in/link`, 200]);
    expect(page.body).toContain(ANN);
    await app.close();
  });

  it('as a process, and in the package’s own command: link, --help, what is missing', async () => {
    const env = Object.fromEntries(
      Object.entries(environment()).map(([name, value]) => [name, value ?? '']),
    );
    const child = runScript('tools/cli.ts', env, ['invite', ANN]);
    const help = runScript('tools/invite/main.ts', {}, ['--help']);
    const bare = runScript('tools/invite/main.ts', {}, [ANN]);
    expect([await child.ended, await help.ended, await bare.ended]).toEqual([0, 0, 2]);
    expect(child.output()).toMatch(/^https:\/\/app\.example\.com\/sign-in\/link\?\S+\n$/);
    expect(help.output()).toContain('npm run invite -- <email>');
    for (const line of help.output().split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    expect(bare.output()).toContain('LOGTO_ENDPOINT is missing');
  });
});
