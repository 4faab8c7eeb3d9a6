import express from 'express';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConfigError, type Environment } from '../../src/doorstep/config/environment.ts';
import { parseConfig } from '../../src/site/config.ts';
import { knownVariables } from '../deploy/known-variables.ts';

const SECRET = 'q7Gz-0kLw9_Vx2Rt5Yb8Nc1Md4Pf6Hj3Ks';

const development: Environment = {
  LOGTO_ENDPOINT: 'https://tenant.logto.app',
  LOGTO_APP_ID: 'app-id',
  LOGTO_APP_SECRET: 'app-secret-value',
};
const production: Environment = {
  ...development,
  NODE_ENV: 'production',
  BASE_URL: 'https://app.example.com',
  TRUST_PROXY: '10.0.0.0/8',
  REDIS_URL: 'rediss://redis:6379',
  SESSION_SECRET: SECRET,
};

const problemsOf = (environment: Environment): string[] => {
  try {
    parseConfig(environment);
    return [];
  } catch (error) {
    return error instanceof ConfigError ? error.problems : [String(error)];
  }
};

describe('configuration', () => {
  it.each([
    [{}, 'https://owner-name.hf.space', ['uniquelocal']],
    [{ BASE_URL: ' ', TRUST_PROXY: '' }, 'https://owner-name.hf.space', ['uniquelocal']],
    [{ BASE_URL: 'https://books.example' }, 'https://books.example', ['uniquelocal']],
    [{ TRUST_PROXY: '10.0.0.0/8' }, 'https://owner-name.hf.space', ['10.0.0.0/8']],
    // With a custom domain, Hugging Face sets both.
    [
      { SPACE_HOST: 'owner-name.hf.space,app.example.com' },
      'https://owner-name.hf.space',
      ['uniquelocal'],
    ],
    [
      {
        SPACE_HOST: 'owner-name.hf.space, app.example.com',
        BASE_URL: 'https://app.example.com',
      },
      'https://app.example.com',
      ['uniquelocal'],
    ],
  ])('F131 in a Space its address is known; what is given counts: %j', (given, baseUrl, trusts) => {
    const { BASE_URL: _, TRUST_PROXY: __, ...others } = production;
    const config = parseConfig({ ...others, SPACE_HOST: 'Owner-Name.hf.space', ...given });
    expect(config).toMatchObject({ baseUrl, secure: true, trustProxy: trusts });
  });

  it.each([
    'https://owner-name.hf.space',
    'owner-name.hf.space/x',
    'owner-name.hf.space:443',
    'owner@name.hf.space',
    'localhost',
    '-',
    '<script>.hf.space',
    'a.b\\c',
    `${'a'.repeat(64)}.hf.space`,
    ',app.example.com',
  ])('F131 the SPACE_HOST %j is one clear mistake', (SPACE_HOST) => {
    const { BASE_URL: _, TRUST_PROXY: __, ...others } = production;
    expect(problemsOf({ ...others, SPACE_HOST })).toEqual([
      'SPACE_HOST must be a host name and nothing else, as Hugging Face sets it in a Space, for example owner-name.hf.space',
    ]);
  });

  it('has sound defaults for development', () => {
    const config = parseConfig(development);
    expect(config).toMatchObject({
      baseUrl: 'http://localhost:3000',
      host: 'localhost',
      secure: false,
      trustProxy: [],
      redis: null,
      metricsPort: null,
      logto: {
        issuer: 'https://tenant.logto.app/oidc',
        timeoutMs: 5000,
        accountCenter: false,
        organizations: false,
        apiResource: null,
      },
      session: { idleMs: 48 * 3_600_000, maxMs: 336 * 3_600_000, secretIsTemporary: true },
    });
    expect(config.session.secrets[0]?.length).toBeGreaterThanOrEqual(64);
    expect(parseConfig(development).session.secrets).not.toEqual(config.session.secrets);
  });

  it('takes a whole production environment', () => {
    const config = parseConfig({ ...production, SESSION_SECRET: `${SECRET}, ${SECRET}-older` });
    expect(config).toMatchObject({ secure: true, production: true, host: '0.0.0.0' });
    expect(config.session.secrets).toEqual([SECRET, `${SECRET}-older`]);
  });

  it('reads the address of one Redis, with what belongs to it', () => {
    const url = 'rediss://app:p%40ss%2Fw%3Ard@redis.internal:6380/3';
    expect(parseConfig({ ...production, REDIS_URL: url }).redis).toEqual({
      mode: 'single',
      addresses: [{ host: 'redis.internal', port: 6380 }],
      tls: true,
      username: 'app',
      password: 'p@ss/w:rd',
      database: 3,
      sentinel: { master: 'mymaster', username: null, password: null },
    });
    expect(
      parseConfig({ ...production, REDIS_URL: 'redis://:se:cret@redis/' }).redis,
    ).toMatchObject({ tls: false, username: null, password: 'se:cret', database: 0 });
  });

  it('reads several addresses, each with its own port or the usual one', () => {
    const cluster = {
      ...production,
      REDIS_URL: 'redis://redis-1:7001,[2001:db8::2],10.0.0.3',
      REDIS_MODE: 'cluster',
    };
    expect(parseConfig(cluster).redis).toMatchObject({
      mode: 'cluster',
      addresses: [
        { host: 'redis-1', port: 7001 },
        { host: '2001:db8::2', port: 6379 },
        { host: '10.0.0.3', port: 6379 },
      ],
    });
    const sentinel = {
      ...production,
      REDIS_URL: 'redis://app:secret@[::1]:5000,sentinel_2/1',
      REDIS_MODE: 'sentinel',
      REDIS_SENTINEL_MASTER: 'sessions',
      REDIS_SENTINEL_PASSWORD: 'of-the-sentinels',
    };
    expect(parseConfig(sentinel).redis).toMatchObject({
      mode: 'sentinel',
      addresses: [
        { host: '::1', port: 5000 },
        { host: 'sentinel_2', port: 26_379 },
      ],
      database: 1,
      sentinel: { master: 'sessions', username: null, password: 'of-the-sentinels' },
    });
  });

  it('BASE_URL follows the port unless given; empty values count as absent', () => {
    expect(parseConfig({ ...development, PORT: '4000', BASE_URL: '' }).baseUrl).toBe(
      'http://localhost:4000',
    );
  });

  const wrong: [string, Environment, RegExp][] = [
    [
      'no Logto',
      { ...development, LOGTO_ENDPOINT: '' },
      /^LOGTO_ENDPOINT is missing: the address of your Logto/,
    ],
    [
      'no application',
      { ...development, LOGTO_APP_ID: '' },
      /^LOGTO_APP_ID is missing: Logto Console/,
    ],
    [
      'no application secret',
      { ...development, LOGTO_APP_SECRET: '' },
      /^LOGTO_APP_SECRET is missing: /,
    ],
    [
      'Logto without a scheme',
      { ...development, LOGTO_ENDPOINT: 'tenant.logto.app' },
      /^LOGTO_ENDPOINT must be an address such as https:/,
    ],
    [
      'Logto with a path',
      { ...development, LOGTO_ENDPOINT: 'https://tenant.logto.app/oidc' },
      /^LOGTO_ENDPOINT must end after the host name/,
    ],
    [
      'C16 plain http to a Logto elsewhere',
      { ...development, LOGTO_ENDPOINT: 'http://logto.internal:3001' },
      /^LOGTO_ENDPOINT must be https/,
    ],
    [
      'C16 plain http off loopback',
      { ...production, BASE_URL: 'http://app.example.com' },
      /^BASE_URL must be https/,
    ],
    [
      'BASE_URL with a path',
      { ...production, BASE_URL: 'https://app.example.com/shop' },
      /^BASE_URL must end after the host name/,
    ],
    [
      'BASE_URL with a password',
      { ...production, BASE_URL: 'https://u:hunter2@app.example.com' },
      /^BASE_URL must end after/,
    ],
    [
      'C23 https without a named proxy',
      { ...production, TRUST_PROXY: '' },
      /^TRUST_PROXY is missing: .*10\.0\.0\.0\/8/,
    ],
    [
      'C23 trust proxy: true',
      { ...production, TRUST_PROXY: 'true' },
      /^TRUST_PROXY must name the proxies/,
    ],
    [
      'C23 a number of proxies',
      { ...production, TRUST_PROXY: '1' },
      /^TRUST_PROXY must name the proxies/,
    ],
    [
      'C23 everybody as proxy',
      { ...production, TRUST_PROXY: '0.0.0.0/0' },
      /^TRUST_PROXY must name the proxies/,
    ],
    [
      'C25 production without Redis',
      { ...production, REDIS_URL: '' },
      /^REDIS_URL is missing: in production/,
    ],
    [
      'Redis over http',
      { ...production, REDIS_URL: 'http://redis:6379' },
      /^REDIS_URL must be an address such as redis:/,
    ],
    [
      'a Redis with half an address',
      { ...production, REDIS_URL: 'redis://redis-1,,redis-3', REDIS_MODE: 'cluster' },
      /^REDIS_URL must be an address such as redis:.*or several/,
    ],
    [
      'a port of Redis that is none',
      { ...production, REDIS_URL: 'redis://redis:70000' },
      /^REDIS_URL must be an address such as redis:/,
    ],
    [
      'brackets around what is no IPv6 address',
      { ...production, REDIS_URL: 'redis://[10.0.0.1]:6379' },
      /^REDIS_URL must be an address such as redis:/,
    ],
    [
      'a password of Redis that does not decode',
      { ...production, REDIS_URL: 'redis://:100%hunter2@redis' },
      /^REDIS_URL has a user or password that does not decode: write % as %25/,
    ],
    [
      'a user of Redis without a password',
      { ...production, REDIS_URL: 'redis://hunter2@redis' },
      /^REDIS_URL names a user without a password, for example/,
    ],
    [
      'a mode of Redis that is none',
      { ...production, REDIS_MODE: 'replica' },
      /^REDIS_MODE must be single, sentinel or cluster/,
    ],
    [
      'several servers in single mode',
      { ...production, REDIS_URL: 'redis://redis-1,redis-2' },
      /^REDIS_URL names several servers, but REDIS_MODE is single: set it to sentinel or cluster/,
    ],
    [
      'a database of a cluster',
      { ...production, REDIS_URL: 'redis://redis-1,redis-2/1', REDIS_MODE: 'cluster' },
      /^REDIS_URL names database 1, but a cluster has only 0: take \/1 away/,
    ],
    [
      'a mode without servers',
      { ...development, REDIS_MODE: 'sentinel' },
      /^REDIS_MODE is sentinel, but there is no REDIS_URL: name the servers/,
    ],
    [
      'the name of a master set without Sentinels',
      { ...production, REDIS_SENTINEL_MASTER: 'mymaster' },
      /^REDIS_SENTINEL_MASTER is for Sentinels: set REDIS_MODE to sentinel/,
    ],
    [
      'a password of Sentinels in a cluster',
      { ...production, REDIS_MODE: 'cluster', REDIS_SENTINEL_PASSWORD: 'hunter2' },
      /^REDIS_SENTINEL_PASSWORD is for Sentinels: set REDIS_MODE to sentinel/,
    ],
    [
      'a user of Sentinels without a password',
      { ...production, REDIS_MODE: 'sentinel', REDIS_SENTINEL_USERNAME: 'app' },
      /^REDIS_SENTINEL_PASSWORD is missing: REDIS_SENTINEL_USERNAME needs one/,
    ],
    [
      'production without a secret',
      { ...production, SESSION_SECRET: '' },
      /^SESSION_SECRET is missing: in production.*openssl/,
    ],
    [
      'a short secret',
      { ...production, SESSION_SECRET: 'hunter2' },
      /^SESSION_SECRET is too short: 7 characters/,
    ],
    [
      'a short second secret',
      { ...production, SESSION_SECRET: `${SECRET},hunter2` },
      /^SESSION_SECRET is too short: .*number 2 of 2/,
    ],
    [
      'a sample secret',
      { ...production, SESSION_SECRET: 'change-me-to-something-long-and-random' },
      /^SESSION_SECRET looks like a sample/,
    ],
    [
      'one letter as a secret',
      { ...production, SESSION_SECRET: 'a'.repeat(64) },
      /^SESSION_SECRET looks like a sample/,
    ],
    [
      'production without an address',
      { ...production, BASE_URL: '' },
      /^BASE_URL is missing: in production/,
    ],
    ['a port that is none', { ...development, PORT: '70000' }, /^PORT must be between 1 and 65535/],
    ['a port in words', { ...development, PORT: 'three' }, /^PORT must be a whole number/],
    [
      'a port for metrics that is none',
      { ...development, METRICS_PORT: '0' },
      /^METRICS_PORT must be between 1 and 65535, for example 9464/,
    ],
    [
      'metrics on the port of the pages',
      { ...development, PORT: '4000', METRICS_PORT: '4000' },
      /^METRICS_PORT is the same as PORT: .*for example 9464/,
    ],
    [
      'metrics on the port that pages have by default',
      { ...development, METRICS_PORT: '3000' },
      /^METRICS_PORT is the same as PORT/,
    ],
    [
      'an idle lifetime longer than the absolute one',
      { ...development, SESSION_IDLE_MINUTES: '600', SESSION_MAX_HOURS: '1' },
      /^SESSION_IDLE_MINUTES is longer than SESSION_MAX_HOURS/,
    ],
    [
      'S40 a session longer than a cookie lives',
      { ...development, SESSION_MAX_HOURS: '9601' },
      /^SESSION_MAX_HOURS must be between 1 and 9600/,
    ],
    [
      'an API without a scheme',
      { ...development, API_RESOURCE: 'books' },
      /^API_RESOURCE must be an absolute address/,
    ],
    [
      'an API with a fragment',
      { ...development, API_RESOURCE: 'https://books.example/api#v1' },
      /^API_RESOURCE must be an absolute address/,
    ],
    [
      'no yes or no for organizations',
      { ...development, LOGTO_ORGANIZATIONS: '1' },
      /^LOGTO_ORGANIZATIONS must be true or false/,
    ],
    [
      'a flag that is neither',
      { ...development, LOGTO_ACCOUNT_CENTER: 'yes' },
      /^LOGTO_ACCOUNT_CENTER must be true or false/,
    ],
    [
      'an unknown log level',
      { ...development, LOG_LEVEL: 'loud' },
      /^LOG_LEVEL must be silent, fatal/,
    ],
    [
      'an unknown environment',
      { ...development, NODE_ENV: 'prod' },
      /^NODE_ENV must be development, production or test/,
    ],
  ];
  it.each(wrong)('refuses %s, with what would be right', (_what, environment, message) => {
    const problems = problemsOf(environment);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(message);
  });

  it('lists all mistakes together, and never the value of a secret', () => {
    const environment = {
      NODE_ENV: 'production',
      BASE_URL: 'ftp://x',
      SESSION_SECRET: 'hunter2-hunter2',
      LOGTO_APP_SECRET: 'hunter3',
      REDIS_URL: 'http://:hunter4@redis',
      REDIS_MODE: 'hunter5',
      REDIS_SENTINEL_PASSWORD: 'hunter6',
      PORT: 'x',
    };
    const problems = problemsOf(environment);
    expect(problems.length).toBeGreaterThanOrEqual(6);
    expect(problems.join('\n')).not.toMatch(/hunter/);
    const cut = problemsOf({ ...production, REDIS_URL: 'redis://app:hunter7%@a,b/x' });
    expect(cut.join('\n')).not.toMatch(/hunter/);
  });
});

describe('C26 a value is compared as it was parsed', () => {
  const { TRUST_PROXY: _, ...unproxied } = production;

  it.each(['HTTPS://app.example.com', ' https://app.example.com', '\thttps://APP.example.com\n'])(
    'C23 %j needs a named proxy like any https address',
    (BASE_URL) => {
      expect(problemsOf({ ...unproxied, BASE_URL })).toEqual([
        expect.stringMatching('^TRUST_PROXY is missing: '),
      ]);
      expect(parseConfig({ ...production, BASE_URL })).toEqual(parseConfig(production));
    },
  );

  it('ports are compared as numbers', () => {
    expect(problemsOf({ ...development, PORT: '09464', METRICS_PORT: '9464' })).toEqual([
      expect.stringMatching('^METRICS_PORT is the same as PORT'),
    ]);
  });

  it('a mistake of one variable blames no other', () => {
    expect(problemsOf({ ...development, PORT: 'x', METRICS_PORT: '3000' })).toEqual([
      expect.stringMatching('^PORT must be a whole number'),
    ]);
    expect(problemsOf({ ...production, REDIS_URL: 'http://x', REDIS_MODE: 'cluster' })).toEqual([
      expect.stringMatching('^REDIS_URL must be an address'),
    ]);
  });

  it('cross-field mistakes are listed beside those of other variables', () => {
    const problems = problemsOf({ ...unproxied, LOGTO_APP_ID: '', SESSION_MAX_HOURS: 'x' });
    expect(problems.map((problem) => problem.split(' ')[0])).toEqual([
      'LOGTO_APP_ID',
      'SESSION_MAX_HOURS',
      'TRUST_PROXY',
    ]);
  });

  it('what Express or the health check of the image reads again is taken as it stands or not at all', () => {
    for (const [name, value] of [
      ['NODE_ENV', 'production '],
      ['NODE_ENV', 'Production'],
      ['PORT', ' 8080'],
      ['PORT', '8080\r'],
    ]) {
      expect(problemsOf({ ...production, [name ?? '']: value })).toEqual([
        expect.stringMatching(`^${name} `),
      ]);
    }
  });

  it('an address to listen on is a name, not a URL', () => {
    for (const HOST of ['http://localhost', '[::1]', 'localhost:3000/']) {
      expect(problemsOf({ ...development, HOST })).toEqual([
        expect.stringMatching('^HOST must be a name or an address without brackets'),
      ]);
    }
    expect(parseConfig({ ...development, HOST: '::1' }).host).toBe('::1');
  });
});

describe('S42 TRUST_PROXY never trusts everybody', () => {
  it.each([
    '0.0.0.0/1,128.0.0.0/1',
    '0.0.0.0/2, 64.0.0.0/2, 128.0.0.0/2, 192.0.0.0/2',
    '0.0.0.0/1',
    '::/1,8000::/1',
    '2000::/3',
    '::/0',
    '::ffff:0:0/96',
    '::ffff:0.0.0.0/97,::ffff:128.0.0.0/97',
    '::/8',
    '1::/8',
    'loopback,::/80',
    Array.from({ length: 256 }, (_, first) => `${first}.0.0.0/8`).join(','),
    'fe80::1%eth0',
    '::10.0.0.1',
    '10.0.0.0/33',
    '10.0.0.0/',
    'loopback,',
  ])('%s', (TRUST_PROXY) => {
    expect(problemsOf({ ...production, TRUST_PROXY })).toEqual([
      expect.stringMatching('^TRUST_PROXY must name the proxies'),
    ]);
  });

  it('and takes the networks that people have', () => {
    const networks =
      'loopback, linklocal,uniquelocal, 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, 100.64.0.0/10, 104.16.0.0/13, fc00::/7, 2400:cb00::/32, ::ffff:10.0.0.0/104, 203.0.113.7, ::1';
    expect(parseConfig({ ...production, TRUST_PROXY: networks }).trustProxy).toHaveLength(13);
  });

  it('whatever it takes, Express takes, and no public address at random is trusted', () => {
    const address = fc.oneof(fc.ipV4(), fc.ipV6());
    const entry = fc.oneof(
      address,
      fc.tuple(address, fc.integer({ min: -1, max: 130 })).map((both) => both.join('/')),
      fc.constantFrom('loopback', 'linklocal', 'uniquelocal', '', 'true', '1', '10.0.0.0/08'),
    );
    const list = fc.array(entry, { minLength: 1, maxLength: 4 });
    const probes = [
      '8.8.8.8',
      '77.1.2.3',
      '130.4.5.6',
      '200.7.8.9',
      '::ffff:8.8.8.8',
      '2001:db8::1',
    ];
    fc.assert(
      fc.property(list, (entries) => {
        const TRUST_PROXY = entries.join(',');
        if (problemsOf({ ...production, TRUST_PROXY }).length > 0) return;
        const app = express();
        app.set('trust proxy', parseConfig({ ...production, TRUST_PROXY }).trustProxy);
        const trusts: (address: string, hop: number) => boolean = app.get('trust proxy fn');
        expect(probes.every((probe) => trusts(probe, 0))).toBe(false);
      }),
      { numRuns: 500 },
    );
  });
});

describe('C30 what Kubernetes sets for its Services stops nothing', () => {
  it('METRICS_PORT of a Service named metrics: nothing is measured, and it is told', () => {
    const config = parseConfig({ ...production, METRICS_PORT: 'tcp://10.96.0.12:9090' });
    expect(config.metricsPort).toBeNull();
    expect(config.warnings).toEqual([expect.stringMatching(/^METRICS_PORT is .*Kubernetes/)]);
    expect(parseConfig(production).warnings).toEqual([]);
  });

  it('no other variable is one of its names', () => {
    const made = /_(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT(_\d+_(TCP|UDP|SCTP)(_\w+)?)?)$/;
    expect(knownVariables().filter((name) => made.test(name))).toEqual(['METRICS_PORT']);
  });

  it('a number stays a port, and anything else a mistake', () => {
    expect(parseConfig({ ...production, METRICS_PORT: '9464' }).metricsPort).toBe(9464);
    expect(problemsOf({ ...production, METRICS_PORT: 'http://10.0.0.1:80' })).toEqual([
      expect.stringMatching('^METRICS_PORT must be a whole number'),
    ]);
  });
});

it("tells the site's operator of .env and the demo", () => {
  expect(() => parseConfig({})).toThrow(/\.env\.example[\s\S]*npm run demo/);
});
