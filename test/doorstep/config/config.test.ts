import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseKitConfig } from '../../../src/doorstep/config/config.ts';
import { ConfigError, type Environment } from '../../../src/doorstep/config/environment.ts';
import { secrets } from '../../../src/doorstep/config/fields.ts';

const SECRET = 'q7Gz-0kLw9_Vx2Rt5Yb8Nc1Md4Pf6Hj3Ks';

const whole: Environment = {
  LOGTO_ENDPOINT: 'https://tenant.logto.app',
  LOGTO_APP_ID: 'app-id',
  LOGTO_APP_SECRET: 'app-secret-value',
  BASE_URL: 'https://app.example.com',
  REDIS_URL: 'redis://redis:6379',
  SESSION_SECRET: SECRET,
};

function errorOf(environment: Environment, options = {}): ConfigError | null {
  try {
    parseKitConfig(environment, options);
    return null;
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
}
const problemsOf = (environment: Environment) => errorOf(environment)?.problems ?? [];

describe("the kit's configuration", () => {
  it('needs six variables and has defaults for the others', () => {
    expect(parseKitConfig(whole)).toMatchObject({
      baseUrl: 'https://app.example.com',
      secure: true,
      logto: { issuer: 'https://tenant.logto.app/oidc', timeoutMs: 5000, apiResource: null },
      redis: { mode: 'single', addresses: [{ host: 'redis', port: 6379 }] },
      session: { secrets: [SECRET], idleMs: 48 * 3_600_000, maxMs: 336 * 3_600_000 },
    });
  });

  it('names all six at once when there is nothing, whatever NODE_ENV says', () => {
    for (const NODE_ENV of [undefined, 'development', 'production', 'test']) {
      expect(
        problemsOf({ NODE_ENV })
          .map((problem) => problem.split(' ')[0])
          .sort(),
      ).toEqual(Object.keys(whole).sort());
      expect(problemsOf({ NODE_ENV }).every((problem) => / is missing: ./.test(problem))).toBe(
        true,
      );
    }
  });

  it('does without REDIS_URL only where a client is given', () => {
    const { REDIS_URL: _, ...rest } = whole;
    expect(problemsOf(rest)).toEqual([expect.stringMatching('^REDIS_URL is missing: ')]);
    expect(parseKitConfig(rest, { redisIsGiven: true }).redis).toBeNull();
  });

  it.each([
    ['NODE_ENV', 'staging'],
    ['LOG_LEVEL', 'trace'],
    ['PORT', 'http'],
    ['METRICS_PORT', 'tcp://10.0.0.1:80'],
    ['TRUST_PROXY', 'true'],
    ['HOST', '[::]'],
    ['APP_NAME', 'x'.repeat(100)],
    ['LOGTO_ACCOUNT_CENTER', 'yes'],
  ])("does not look at %s, which is its host's", (name, value) => {
    expect(parseKitConfig({ ...whole, [name]: value })).toEqual(parseKitConfig(whole));
  });

  it("speaks of variables and options, not of the site's files and commands", () => {
    const message = errorOf({})?.message;
    expect(message).toContain('environment variable or option');
    expect(message).not.toMatch(/\.env\.example|npm run/);
  });
});

describe('C26 one reading of each value', () => {
  const blank = fc.stringMatching(/^[ \t\r\n]{0,3}$/);
  const anyCase = (text: string) =>
    fc
      .array(fc.boolean(), { minLength: text.length, maxLength: text.length })
      .map((upper) =>
        [...text].map((letter, at) => (upper[at] ? letter.toUpperCase() : letter)).join(''),
      );
  const spelling = (text: string) =>
    fc.tuple(blank, anyCase(text), blank).map((all) => all.join(''));

  it('whatever blanks and case an address has, it is the same or refused by name', () => {
    const plain = parseKitConfig(whole);
    const spelled = fc.record({
      LOGTO_ENDPOINT: spelling('https://tenant.logto.app'),
      BASE_URL: spelling('https://app.example.com'),
      REDIS_URL: spelling('redis://redis:6379'),
    });
    fc.assert(
      fc.property(spelled, (environment) => {
        expect(parseKitConfig({ ...whole, ...environment })).toEqual(plain);
      }),
    );
  });

  it('any blank or change of case elsewhere is taken as it stands, or refused by name', () => {
    const variants = fc
      .constantFrom(...Object.keys(extras))
      .chain((name) => spelling(extras[name] ?? '').map((value) => ({ name, value })));
    fc.assert(
      fc.property(variants, ({ name, value }) => {
        const environment = { ...whole, ...extras, [name]: value };
        const problems = problemsOf(environment);
        if (problems.length > 0) {
          expect(problems).toEqual([expect.stringMatching(`^${name} `)]);
        } else {
          expect(JSON.stringify(parseKitConfig(environment))).toContain(value.trim());
          expect(value).toBe(value.trim());
        }
      }),
    );
  });

  const extras: Environment = {
    LOGTO_APP_ID: 'app-id',
    LOGTO_APP_SECRET: 'app-secret-value',
    SESSION_SECRET: SECRET,
    API_RESOURCE: 'https://books.example/api',
  };

  it('a blank or an upper-case scheme makes no other address', () => {
    for (const value of [
      'HTTPS://app.example.com',
      ' https://app.example.com',
      'https://APP.example.com:443/\n',
    ]) {
      expect(parseKitConfig({ ...whole, BASE_URL: value })).toEqual(parseKitConfig(whole));
    }
    expect(parseKitConfig({ ...whole, REDIS_URL: 'REDISS://Redis' }).redis).toMatchObject({
      tls: true,
      addresses: [{ host: 'redis', port: 6379 }],
    });
  });

  it('an empty value and one of blanks count as absent', () => {
    expect(problemsOf({ ...whole, LOGTO_APP_ID: ' \t' })).toEqual([
      expect.stringMatching('^LOGTO_APP_ID is missing: '),
    ]);
    expect(parseKitConfig({ ...whole, API_RESOURCE: ' ' }).logto.apiResource).toBeNull();
  });
});

describe('Hugging Face', () => {
  const organizations = (value: string) =>
    problemsOf({ ...whole, HF_ACCESS_TOKENS: 'true', HF_ALLOWED_ORGANIZATIONS: value });

  it('is the public one, without tokens, and anybody may come in', () => {
    expect(parseKitConfig(whole).huggingFace).toEqual({
      endpoint: 'https://huggingface.co',
      accessTokens: false,
      allowedOrganizations: null,
      profileMs: 600_000,
    });
  });

  it('takes organizations by handle and id', () => {
    const HF_ALLOWED_ORGANIZATIONS =
      'acme:65a1c0de00000000000a1837, a-b.c_d:65a1c0de00000000000a1865';
    const env = { ...whole, HF_ACCESS_TOKENS: 'true', HF_ALLOWED_ORGANIZATIONS };
    expect(parseKitConfig(env).huggingFace.allowedOrganizations).toEqual([
      { handle: 'acme', id: '65a1c0de00000000000a1837' },
      { handle: 'a-b.c_d', id: '65a1c0de00000000000a1865' },
    ]);
  });

  it('an organization without its id is refused, with who finds it', () => {
    expect(organizations('acme,other:65a1c0de00000000000a1865')).toEqual([
      'HF_ALLOWED_ORGANIZATIONS names acme without its id: set-up (doorstep setup) finds it and writes handle:id',
    ]);
  });

  it.each(['acme:', ':65a1c0de00000000000a1837', 'acme:65A1', 'a b', 'acme;b', ','])(
    'refuses %s',
    (value) => {
      const problems = organizations(value);
      expect(problems.length).toBeGreaterThan(0);
      for (const problem of problems) {
        expect(problem).toMatch(/^HF_ALLOWED_ORGANIZATIONS must be organizations as handle:id/);
      }
    },
  );

  it('members only takes tokens', () => {
    const HF_ALLOWED_ORGANIZATIONS = 'acme:65a1c0de00000000000a1837';
    expect(problemsOf({ ...whole, HF_ALLOWED_ORGANIZATIONS })).toEqual([
      expect.stringMatching(/^HF_ALLOWED_ORGANIZATIONS takes HF_ACCESS_TOKENS=true/),
    ]);
  });
});

describe('what can never be right is refused at the start, by name', () => {
  it.each([
    ['C26', 'BASE_URL', 'https://app.example.com:0', 'port 0'],
    ['C26', 'LOGTO_ENDPOINT', 'https://tenant.logto.app:0', 'port 0'],
    ['C27', 'LOGTO_APP_ID', 'two words', 'only letters'],
    ['C27', 'LOGTO_APP_ID', '<your app id>', 'only letters'],
    ['C27', 'API_RESOURCE', 'https:\\\\books.example\\api', 'absolute address'],
    ['C27', 'API_RESOURCE', 'https://books.example/"api"', 'absolute address'],
    ['C27', 'API_RESOURCE', 'https://books.example/<api>', 'absolute address'],
  ])('%s %s=%s', (_id, name, value, problem) => {
    expect(problemsOf({ ...whole, [name]: value })).toEqual([
      expect.stringMatching(`^${name} .*${problem}`),
    ]);
  });
});

describe('C27 what nobody sees in a value is refused at the start, by name', () => {
  const names = [
    'LOGTO_APP_ID',
    'LOGTO_APP_SECRET',
    'SESSION_SECRET',
    'API_RESOURCE',
    'LOGTO_TIMEOUT_SECONDS',
    'LOGTO_ORGANIZATIONS',
    'REDIS_MODE',
  ];
  const values: Environment = {
    ...whole,
    API_RESOURCE: 'https://books.example/api',
    LOGTO_TIMEOUT_SECONDS: '5',
    LOGTO_ORGANIZATIONS: 'true',
    REDIS_MODE: 'single',
  };
  const stray: [string, (value: string) => string, string][] = [
    ['a line break at the end', (value) => `${value}\n`, 'ends in a line break'],
    ['a Windows line end', (value) => `${value}\r`, 'ends in a line break'],
    ['a blank in front', (value) => ` ${value}`, 'begins or ends with a blank'],
    ['a blank that does not break', (value) => `${value}\u00a0`, 'begins or ends with a blank'],
    ['double quotes', (value) => `"${value}"`, 'is in quotes'],
    ['single quotes', (value) => `'${value}'`, 'is in quotes'],
    ['typographic quotes', (value) => `“${value}”`, 'is in quotes'],
    [
      'a byte order mark inside',
      (value) => `${value.slice(0, 2)}\ufeff${value.slice(2)}`,
      'U+FEFF',
    ],
    ['a control character', (value) => `${value.slice(0, 2)}\u0000${value.slice(2)}`, 'U+0000'],
    ['a zero-width blank', (value) => `${value.slice(0, 2)}\u200b${value.slice(2)}`, 'U+200B'],
  ];
  it.each(names.flatMap((name) => stray.map((one) => [name, ...one] as const)))(
    '%s with %s',
    (name, _what, spoil, words) => {
      const problems = problemsOf({ ...values, [name]: spoil(values[name] ?? '') });
      expect(problems).toHaveLength(1);
      expect(problems[0]).toMatch(new RegExp(`^${name} `));
      expect(problems[0]).toContain(words);
      if (name.endsWith('SECRET')) expect(problems[0]).not.toContain(values[name]);
    },
  );

  it.each(['LOGTO_ENDPOINT', 'BASE_URL', 'REDIS_URL'])('%s in quotes', (name) => {
    expect(problemsOf({ ...whole, [name]: `"${whole[name]}"` })).toEqual([
      expect.stringMatching(`^${name} is in quotes`),
    ]);
  });

  it('an id or a secret that is not ASCII can be none of Logto', () => {
    for (const name of ['LOGTO_APP_ID', 'LOGTO_APP_SECRET']) {
      expect(problemsOf({ ...whole, [name]: 'ab…cd' })).toEqual([
        expect.stringMatching(`^${name} has a character that is not ASCII`),
      ]);
    }
  });

  it('a byte order mark in front of .env is named, with the variable that it hides', () => {
    const { LOGTO_ENDPOINT, ...rest } = whole;
    expect(problemsOf({ '\ufeffLOGTO_ENDPOINT': LOGTO_ENDPOINT, ...rest })).toEqual([
      expect.stringMatching(
        /^LOGTO_ENDPOINT can't be read, since \.env begins with a byte order mark/,
      ),
    ]);
    expect(problemsOf({ '\ufffd\ufffdL': '' })).toEqual([
      expect.stringMatching(/^\.env is in UTF-16/),
    ]);
  });
});

describe('C28 a lifetime that nobody set is blamed on nobody', () => {
  it('SESSION_MAX_HOURS alone shortens the idle time too', () => {
    expect(parseKitConfig({ ...whole, SESSION_MAX_HOURS: '8' }).session).toMatchObject({
      idleMs: 8 * 3_600_000,
      maxMs: 8 * 3_600_000,
    });
  });

  it('an idle time that was set is compared with the hours that hold', () => {
    expect(problemsOf({ ...whole, SESSION_IDLE_MINUTES: '20161' })).toEqual([
      expect.stringMatching(/^SESSION_IDLE_MINUTES is longer than SESSION_MAX_HOURS \(336 hours/),
    ]);
    expect(problemsOf({ ...whole, SESSION_IDLE_MINUTES: '20160' })).toEqual([]);
  });
});

describe('C29 what is wrong with REDIS_URL is named', () => {
  it.each([
    ['redis://redis?family=0', /^REDIS_URL has options after \? or #/],
    ['redis://:hunter2@redis:6379/0?tls=true', /^REDIS_URL has options after \? or #/],
    ['redis://redis#hunter2', /^REDIS_URL has options after \? or #/],
    ['unix:///run/redis.sock', /^REDIS_URL names a socket/],
    ['redis+unix:///run/redis.sock', /^REDIS_URL names a socket/],
    ['redis-socket:///run/redis.sock', /^REDIS_URL names a socket/],
    ['/run/redis.sock', /^REDIS_URL names a socket/],
    ['"redis://redis:6379"', /^REDIS_URL is in quotes/],
    ['redis://redis-1,redis://redis-2', /^REDIS_URL names redis:\/\/ more than once/],
    ['redis://redis/sessions', /^REDIS_URL must end in the number of a database/],
    ['redis://:hunter/2@redis', /^REDIS_URL has an @ \/ \? or # in its user or password/],
    ['redis://:hunter@2@redis', /^REDIS_URL has an @ \/ \? or # in its user or password/],
    ['redis://:hunter?2#@redis', /^REDIS_URL has an @ \/ \? or # in its user or password/],
    ['redis:6379', /^REDIS_URL must be an address such as redis:/],
    ['redis-sentinel://redis', /^REDIS_URL must be an address such as redis:/],
    ['redis://', /^REDIS_URL must be an address such as redis:/],
  ])('%s', (url, words) => {
    const problems = problemsOf({ ...whole, REDIS_URL: url });
    expect(problems).toEqual([expect.stringMatching(words)]);
    expect(problems[0]).not.toMatch(/hunter/);
    if (!/in its user/.test(problems[0] ?? '')) expect(problems[0]).not.toMatch(/password/);
  });

  it('a Kubernetes Service named redis-sentinel is none of our variables', () => {
    const links = {
      REDIS_SENTINEL_PORT: 'tcp://10.0.0.7:26379',
      REDIS_SENTINEL_SERVICE_HOST: '10.0.0.7',
      REDIS_SENTINEL_PORT_26379_TCP_ADDR: '10.0.0.7',
    };
    expect(parseKitConfig({ ...whole, ...links })).toEqual(parseKitConfig(whole));
  });
});

describe('S42 a secret that can be thought of is refused', () => {
  it.each([
    'abcdefghij'.repeat(4),
    '0123456789abcdef0123456789abcdef',
    `${SECRET.slice(0, 16)}${SECRET.slice(0, 16)}`,
    `${'correct-horse-'.repeat(3)}cor`,
    'qwertyuiopasdfghjklzxcvbnm1234567890',
    'QWERTYUIOPASDFGHJKLZXCVBNM!@#$%^&*()',
    'qwertzuiopasdfghjklyxcvbnm1234567890',
    'azertyuiopqsdfghjklmwxcvbn1234567890',
    '1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p',
    'zyxwvutsrqponmlkjihgfedcba9876543210',
    'aabbccddeeffgghhiijjkkllmmnnooppqqrr',
  ])('%s', (value) => {
    expect(problemsOf({ ...whole, SESSION_SECRET: value })).toEqual([
      expect.stringMatching('^SESSION_SECRET looks like a sample'),
    ]);
  });

  it('and a random one is not, in any usual spelling', () => {
    const bytes = fc.uint8Array({ minLength: 32, maxLength: 48 });
    const drawn = bytes.filter((all) => new Set(all).size > all.length * 0.8);
    fc.assert(
      fc.property(drawn, fc.constantFrom('hex', 'base64', 'base64url'), (all, spelling) => {
        const secret = Buffer.from(all).toString(spelling);
        expect(secrets.safeParse(secret).success).toBe(true);
      }),
    );
  });

  it('a comma that cuts a secret, and one at the end, are named', () => {
    expect(problemsOf({ ...whole, SESSION_SECRET: `${SECRET},xyz` })).toEqual([
      expect.stringMatching(/too short: 3 characters.*number 2 of 2: a comma separates secrets/),
    ]);
    expect(problemsOf({ ...whole, SESSION_SECRET: `${SECRET},` })).toEqual([
      expect.stringMatching(/too short: 0 characters.*a comma separates secrets/),
    ]);
  });

  it('a secret that .env may have cut at a # says so', () => {
    expect(problemsOf({ ...whole, SESSION_SECRET: 'kE9x' })).toEqual([
      expect.stringMatching(/too short: 4 characters.*a # ends a value/),
    ]);
  });
});
