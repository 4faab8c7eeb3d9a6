import { parseEnv } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Connector } from '../management-api/state.ts';
import {
  actionsOf,
  createWorkplace,
  HF_SECRET,
  person,
  type RunOptions,
  type Workplace,
} from './harness.ts';

let place: Workplace;
beforeEach(async () => {
  place = await createWorkplace();
});
afterEach(() => place.close());

const TOKENS: RunOptions = { environment: { HF_ACCESS_TOKENS: 'true' } };
const SWAP: RunOptions = { ...TOKENS, argv: ['--yes', '--replace-connector'] };
const BACK: RunOptions = { argv: ['--yes', '--replace-connector'] };

/** As section 6 of the facts has it, to the letter. */
const WITH_TOKENS = {
  id: 'huggingface',
  connectorId: 'oauth2',
  enableTokenStorage: true,
  syncProfile: true,
  target: 'huggingface',
  metadata: {
    target: 'huggingface',
    name: { en: 'Hugging Face' },
    logo: 'https://huggingface.co/front/assets/huggingface_logo-noborder.svg',
  },
  config: {
    authorizationEndpoint: 'https://huggingface.co/oauth/authorize',
    tokenEndpoint: 'https://huggingface.co/oauth/token',
    userInfoEndpoint: 'https://huggingface.co/oauth/userinfo',
    tokenEndpointAuthMethod: 'client_secret_basic',
    tokenEndpointResponseType: 'json',
    clientId: 'hf-client-id-0000',
    clientSecret: HF_SECRET,
    scope: 'openid profile inference-api',
    profileMap: { id: 'sub', name: 'name', email: 'email', avatar: 'picture' },
  },
};
const WITHOUT: Connector = {
  id: 'huggingface',
  connectorId: 'huggingface-universal',
  target: 'huggingface',
  syncProfile: true,
  enableTokenStorage: false,
  config: { clientId: 'hf-client-id-0000', clientSecret: HF_SECRET, scope: 'profile' },
};

const oneLine = (text: string) => text.replace(/\s+/g, ' ');
const targets = () => place.logto.state.signInExperience.socialSignInConnectorTargets;

describe('F40 the connector that keeps tokens of Hugging Face', () => {
  it('F40 is made on an empty Logto, and then nothing is to do', async () => {
    const { code, text } = await place.setUp(TOKENS);
    expect(code).toBe(0);
    expect(place.logto.state.connectors).toEqual([WITH_TOKENS]);
    expect(targets()).toEqual(['huggingface']);
    expect(place.logto.state.accountCenter.enabled).toBe(true);
    expect(oneLine(text)).toContain('SECRET_VAULT_KEK in its environment');
    expect((await place.env()).HF_ACCESS_TOKENS).toBe('true');

    place.logto.resetCalls();
    const again = await place.setUp({});
    expect(oneLine(again.text)).toContain('Nothing is to do');
    expect(place.logto.writes()).toEqual([]);
  });

  it('F40 asks for HF_SCOPE, with openid, and at HF_ENDPOINT', async () => {
    const environment = {
      HF_ACCESS_TOKENS: 'true',
      HF_SCOPE: 'profile read-repos',
      HF_ENDPOINT: 'https://hub.example',
    };
    await place.setUp({ environment });
    expect(place.logto.state.connectors[0]?.config).toMatchObject({
      scope: 'openid profile read-repos',
      tokenEndpoint: 'https://hub.example/oauth/token',
    });
  });

  it('F40 is put right where somebody made it by hand, and keeps what they chose', async () => {
    place.logto.state.connectors.push({
      ...WITH_TOKENS,
      id: 'by-hand',
      syncProfile: false,
      enableTokenStorage: false,
      config: {
        clientId: 'hf-client-id-0000',
        clientSecret: HF_SECRET,
        authorizationEndpoint: 'https://huggingface.co/oauth/authorize',
        tokenEndpoint: 'https://huggingface.co/oauth/token',
        userInfoEndpoint: 'https://huggingface.co/oauth/userinfo',
        scope: 'openid profile manage-repos',
        tokenEndpointAuthMethod: 'client_secret_post',
        customConfig: { x: 'y' },
        profileMap: { phone: 'p' },
      },
    });
    const { text } = await place.setUp(TOKENS);
    expect(place.logto.state.connectors).toMatchObject([
      {
        id: 'by-hand',
        syncProfile: false,
        enableTokenStorage: true,
        metadata: WITH_TOKENS.metadata,
        config: {
          scope: 'openid profile manage-repos',
          tokenEndpointAuthMethod: 'client_secret_post',
          customConfig: { x: 'y' },
          tokenEndpointResponseType: 'json',
          profileMap: { id: 'sub', phone: 'p' },
        },
      },
    ]);
    expect(text).toMatch(/~ tokens +not kept → kept/);
    expect(text).toMatch(/~ token answer +query-string → json/);
    expect(text).toMatch(/~ user ID is +id → sub/);
  });

  it('F40 is not made where Logto has no vault key, and it says what to do', async () => {
    place.logto.state.vaultKey = 'absent';
    const { code, text } = await place.setUp(TOKENS);
    expect(code).toBe(1);
    expect(oneLine(text)).toContain(
      "can't keep tokens, since it has no SECRET_VAULT_KEK: put what",
    );
    expect(place.logto.state.connectors).toEqual([]);
  });
});

describe('F41 replacing one connector by the other', () => {
  beforeEach(async () => {
    await place.setUp();
    place.logto.state.connectors[0] = { ...WITHOUT };
    place.logto.resetCalls();
  });

  it('F41 says in words what goes, what stays and what is needed, and changes nothing before the yes', async () => {
    const { code, text } = await place.setUp({ ...TOKENS, argv: ['--dry-run'] });
    expect(code).toBe(0);
    expect(actionsOf(text)).toMatchObject({
      'Hugging Face connector "huggingface"': 'replace',
      'Sign-in page': 'change',
    });
    const words = oneLine(text);
    expect(words).toContain("can't keep people's access tokens");
    expect(words).toContain('this one is deleted and the connector "OAuth 2.0" made in its place');
    expect(words).toContain("Kept: everybody's account, and the redirect URI at Hugging Face");
    expect(words).toContain(`${place.logto.endpoint}/callback/huggingface`);
    expect(words).toContain('the account pages switched on');
    expect(words).toContain('SECRET_VAULT_KEK');
    expect(words).toContain('1 to replace');
    expect(words).toContain('What is replaced is deleted, and nothing else.');
    expect(place.logto.writes()).toEqual([]);
  });

  it.each([
    ['a script', ['--yes'], /--yes alone doesn't agree to: add --replace-connector\./],
    ['a machine', ['--yes', '--json'], /add --replace-connector\./],
  ])('F41 is not agreed to by --yes of %s', async (_who, argv, sentence) => {
    const { code, text } = await place.setUp({ ...TOKENS, argv });
    expect(code).toBe(2);
    expect(oneLine(text)).toMatch(sentence);
    expect(place.logto.writes()).toEqual([]);
    expect(place.logto.state.connectors).toEqual([WITHOUT]);
  });

  it.each([true, false])(
    'F41 asks even with --yes, once, when somebody is there: %s',
    async (yes) => {
      const asked: string[] = [];
      const prompts = person({
        confirm: async (question) => {
          asked.push(question);
          return yes;
        },
      });
      await place.setUp({ ...TOKENS, prompts });
      expect(asked).toEqual(['Replace the Hugging Face connector, and do all of this now?']);
      expect(place.logto.state.connectors).toEqual(yes ? [WITH_TOKENS] : [WITHOUT]);
    },
  );

  it('F41 asks for nothing with --replace-connector; the button is back where it was', async () => {
    place.logto.state.connectors.push({
      ...WITHOUT,
      id: 'github',
      connectorId: 'github-universal',
      target: 'github',
    });
    place.logto.state.signInExperience.socialSignInConnectorTargets = ['huggingface', 'github'];
    const { code, text } = await place.setUp({ ...SWAP, prompts: person() });
    expect(code).toBe(0);
    expect(text).toContain('✓ Hugging Face connector "huggingface" replaced');
    expect(place.logto.state.connectors.find(({ id }) => id === 'huggingface')).toEqual(
      WITH_TOKENS,
    );
    expect(targets()).toEqual(['huggingface', 'github']);
  });

  it('F41 keeps the ID of one that was made by hand, and with it the redirect URI', async () => {
    place.logto.state.connectors = [{ ...WITHOUT, id: 'by-hand', syncProfile: false }];
    const { text } = await place.setUp(SWAP);
    expect(place.logto.state.connectors).toEqual([
      { ...WITH_TOKENS, id: 'by-hand', syncProfile: false },
    ]);
    expect(oneLine(text)).toContain('the next run makes the connector with the ID huggingface');
  });

  it('F41 leads back, when HF_ACCESS_TOKENS is gone, on the same terms', async () => {
    await place.setUp(SWAP);
    await place.writeEnv('');
    const refused = await place.setUp();
    expect(refused.code).toBe(2);
    expect(oneLine(refused.text)).toContain(
      'add --replace-connector, or HF_ACCESS_TOKENS=true, which keeps it.',
    );
    expect(oneLine(refused.text)).toContain('are deleted with it');
    expect(place.logto.state.connectors).toEqual([WITH_TOKENS]);

    await place.writeEnv('HF_ACCESS_TOKENS=true\n');
    const off = await place.setUp({
      argv: ['--dry-run'],
      environment: { HF_ACCESS_TOKENS: 'false' },
    });
    expect(oneLine(off.text)).toContain('Its HF_ACCESS_TOKENS is true, unlike in your environment');
    await place.writeEnv('');

    expect((await place.setUp(BACK)).code).toBe(0);
    expect(place.logto.state.connectors).toEqual([WITHOUT]);
    expect(targets()).toEqual(['huggingface']);
  });

  it.each([
    ['there', SWAP, WITHOUT, WITH_TOKENS],
    ['back', BACK, WITH_TOKENS, WITHOUT],
  ] as const)(
    'F42 the way %s is completed by the next run, cut after whatever call',
    async (_way, options, before, after) => {
      const start = async (): Promise<Workplace> => {
        const one = await createWorkplace();
        await one.setUp();
        one.logto.state.connectors = [structuredClone(before)];
        one.logto.resetCalls();
        return one;
      };
      const whole = await start();
      await whole.setUp(options);
      const [total, complete] = [whole.logto.calls.length, whole.logto.state];
      await whole.close();
      expect(complete.connectors).toEqual([after]);

      const leftovers = new Set<string>();
      for (let call = 1; call < total; call++) {
        const cut = await start();
        try {
          cut.logto.cutAfter(call);
          const first = await cut.setUp(options);
          const left = JSON.stringify([cut.logto.state, (await cut.env()).HF_ACCESS_TOKENS]);
          if (leftovers.has(left)) continue;
          leftovers.add(left);
          cut.logto.mend();
          // What is deleted already needs nobody's yes any more.
          const isGone = cut.logto.state.connectors.length === 0;
          const second = await cut.setUp(isGone ? { ...options, argv: ['--yes'] } : options);
          expect(second, `resumed after call ${call}: ${first.text}`).toMatchObject({ code: 0 });
          expect(cut.logto.state, `resumed after call ${call}`).toEqual(complete);
        } finally {
          await cut.close();
        }
      }
      // Nothing done, deleted, made, back on the sign-in page; on the way there the file.
      expect(leftovers.size).toBe(before === WITHOUT ? 5 : 4);
    },
    180_000,
  );

  it('F42 a Logto without a vault key keeps the connector that it had', async () => {
    place.logto.state.vaultKey = 'absent';
    const { code, text } = await place.setUp(SWAP);
    expect(code).toBe(1);
    expect(oneLine(text)).toContain('The former connector is back as it was.');
    expect(oneLine(text)).toContain('it has no SECRET_VAULT_KEK');
    expect(place.logto.state.connectors).toEqual([WITHOUT]);
    expect(targets()).toEqual(['huggingface']);
  });
});

describe('F45 organizations that may come in', () => {
  const ID = '5e67bd5b1009063689407478';
  const OTHER = '60a551a34ecc5d054c8ad93e';
  const hub =
    (asked: string[] = []): NonNullable<RunOptions['huggingFace']> =>
    async (request) => {
      const url = new URL(request.url);
      // The credentials of the OAuth app are tried too.
      if (url.pathname === '/oauth/token') return new Response('x', { status: 503 });
      asked.push(url.href);
      const known: Record<string, string> = { acme: ID, other: OTHER };
      const [, handle = ''] = /^\/api\/organizations\/([^/]+)\/overview$/.exec(url.pathname) ?? [];
      const _id = known[handle];
      return _id
        ? Response.json({ _id, name: handle })
        : Response.json({ error: 'x' }, { status: 404 });
    };
  const environment = { HF_ACCESS_TOKENS: 'true', HF_ALLOWED_ORGANIZATIONS: 'acme, other' };

  it('F45 get their IDs beside their handles, in .env, and are asked for once', async () => {
    await place.writeEnv(
      '# mine\nHF_ACCESS_TOKENS=true\nHF_ALLOWED_ORGANIZATIONS=acme,other # ours\n',
    );
    const asked: string[] = [];
    const { code, text } = await place.setUp({ huggingFace: hub(asked) });
    expect(code).toBe(0);
    expect(oneLine(text)).toContain(`acme,other → acme:${ID},other:${OTHER}`);
    expect((await place.envText()).split('\n').slice(0, 3)).toEqual([
      '# mine',
      'HF_ACCESS_TOKENS=true',
      `HF_ALLOWED_ORGANIZATIONS=acme:${ID},other:${OTHER} # ours`,
    ]);
    expect(asked).toEqual([
      'https://huggingface.co/api/organizations/acme/overview',
      'https://huggingface.co/api/organizations/other/overview',
    ]);
    // Now that they are known, nobody is asked.
    expect(oneLine((await place.setUp()).text)).toContain('Nothing is to do');
  });

  it.each([
    ['in quotes', 'HF_ALLOWED_ORGANIZATIONS="acme, other"\nA=1\n'],
    ['exported', 'export HF_ALLOWED_ORGANIZATIONS = acme,other\nA=1\n'],
    [
      'twice, where the last one counts',
      'HF_ALLOWED_ORGANIZATIONS=x\nHF_ALLOWED_ORGANIZATIONS=acme,other\nA=1\n',
    ],
    [
      'after a text that looks the same',
      'T="\nHF_ALLOWED_ORGANIZATIONS=x\n"\nHF_ALLOWED_ORGANIZATIONS=acme,other\nA=1\n',
    ],
    ['in backticks', 'HF_ALLOWED_ORGANIZATIONS=`acme,other`\nA=1\n'],
  ])('F45 get them however the line is written: %s', async (_how, text) => {
    await place.writeEnv(`HF_ACCESS_TOKENS=true\n${text}`);
    const before = parseEnv(text);
    await place.setUp({ huggingFace: hub() });
    expect(await place.env()).toMatchObject({
      ...before,
      HF_ALLOWED_ORGANIZATIONS: `acme:${ID},other:${OTHER}`,
    });
  });

  it('F45 are written from the environment, which is told too, since it comes first', async () => {
    const { text } = await place.setUp({ environment, huggingFace: hub() });
    expect((await place.env()).HF_ALLOWED_ORGANIZATIONS).toBe(`acme:${ID},other:${OTHER}`);
    expect(oneLine(text)).toContain(
      `Your environment has HF_ALLOWED_ORGANIZATIONS=acme, other, and comes before this file: put acme:${ID},other:${OTHER} there.`,
    );
  });

  it('F45 keep an ID that is given, and get only those that are missing', async () => {
    const asked: string[] = [];
    const given = { ...environment, HF_ALLOWED_ORGANIZATIONS: `renamed:${OTHER},acme` };
    await place.setUp({ environment: given, huggingFace: hub(asked) });
    expect((await place.env()).HF_ALLOWED_ORGANIZATIONS).toBe(`renamed:${OTHER},acme:${ID}`);
    expect(asked).toHaveLength(1);
  });

  it.each([
    ['nobody of that name', 'acme,acmee', hub(), /has no organization acmee: correct HF_ALLOWED/],
    [
      'an error',
      'acme',
      async () => new Response('x', { status: 503 }),
      /acme \(status 503\): try again/,
    ],
    [
      'something else',
      'acme',
      async () => Response.json({ _id: 'a,b' }),
      /\(status 200\): try again/,
    ],
    ['no answer', 'acme', undefined, /can't be asked for the ID of the organization acme/],
  ])('F45 stop it before anything is done: %s', async (_what, list, huggingFace, sentence) => {
    const { code, text } = await place.setUp({
      environment: { ...environment, HF_ALLOWED_ORGANIZATIONS: list },
      ...(huggingFace && { huggingFace }),
    });
    expect(code).toBe(1);
    expect(oneLine(text)).toMatch(sentence);
    expect(place.logto.writes()).toEqual([]);
  });

  it.each([
    [{ HF_ALLOWED_ORGANIZATIONS: 'acme' }, /needs HF_ACCESS_TOKENS=true/],
    [
      { ...environment, HF_ALLOWED_ORGANIZATIONS: 'https://huggingface.co/acme' },
      /must be handles/,
    ],
    [{ ...environment, HF_ALLOWED_ORGANIZATIONS: 'acme:no-id' }, /must be handles/],
    [{ ...environment, HF_ALLOWED_ORGANIZATIONS: 'acme,' }, /must be handles/],
    [{ HF_ACCESS_TOKENS: 'yes' }, /HF_ACCESS_TOKENS must be true or false/],
  ])('F45 are refused where the setting is wrong: %j', async (wrong, sentence) => {
    const { code, text } = await place.setUp({ environment: wrong });
    expect(code).toBe(2);
    expect(oneLine(text)).toMatch(sentence);
  });
});
