import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseEnv } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { authorizeAt } from '../demo/authorize-at.ts';
import { createBrowser } from '../demo/browser.ts';
import { ADA } from '../harness/doorstep.ts';
import { eventually } from '../harness/eventually.ts';
import { freePort } from '../harness/free-port.ts';
import { hasRedisServer, startRedisServer } from '../harness/redis-server.ts';
import { startStandIns } from '../harness/stand-ins.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const TSC = join(ROOT, 'node_modules/.bin/tsc');
const minimal = readFileSync(join(ROOT, 'examples/minimal/app.ts'), 'utf8');

const Lock = z.object({
  packages: z.record(z.string(), z.looseObject({ dev: z.boolean().optional() })),
});

const Packed = z.array(z.looseObject({ files: z.array(z.looseObject({ path: z.string() })) }));

const run = (cwd: string, command: string, ...words: string[]): string => {
  try {
    return String(execFileSync(command, words, { cwd, stdio: 'pipe' }));
  } catch (error) {
    return error instanceof Error && 'stdout' in error
      ? `${error.stdout}${Reflect.get(error, 'stderr')}`
      : String(error);
  }
};

/** By `npm pack`'s own word. */
const packedFiles = () =>
  Packed.parse(JSON.parse(run(ROOT, 'npm', 'pack', '--dry-run', '--json', '--ignore-scripts')))
    .flatMap(({ files }) => files)
    .map(({ path }) => path);

/** What is in the tarball, beside its production dependencies and nothing else of this repository. */
function install(folder: string): void {
  for (const path of packedFiles()) {
    cpSync(join(ROOT, path), join(folder, 'node_modules/doorstep', path), { recursive: true });
  }
  const lock = Lock.parse(JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')));
  const ofExpress = ['node_modules/@types/node'];
  for (const [path, { dev }] of Object.entries(lock.packages)) {
    const isNeeded = path.startsWith('node_modules/') && (!dev || ofExpress.includes(path));
    if (!isNeeded || path.lastIndexOf('node_modules/') > 0) continue;
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    symlinkSync(join(ROOT, path), join(folder, path));
  }
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }');
}

/** Compiles `code` there, with the checks of libraries on. */
function compile(folder: string, code: string, options: object = {}): string {
  const base = { target: 'es2022', module: 'nodenext', strict: true, types: ['node'] };
  const compilerOptions = { ...base, noEmit: true, skipLibCheck: false, ...options };
  writeFileSync(join(folder, 'app.ts'), code);
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ compilerOptions, files: ['app.ts'] }),
  );
  return run(folder, TSC, '-p', folder);
}

/** By `require`, where there is no top-level await. */
const asCommonJs = (code: string) => {
  const body = code
    .replace("import { doorstep, requireSignIn } from 'doorstep';", '')
    .replace("import express from 'express';", '');
  return `const { doorstep, requireSignIn } = require('doorstep');
const express = require('express');
(async () => {${body}})();`;
};

describe('the package', { tags: 'compiles' }, () => {
  let folder: string;
  beforeAll(() => {
    run(ROOT, 'npm', 'run', 'build');
    folder = mkdtempSync(join(tmpdir(), 'doorstep-package-'));
    install(folder);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('holds the kit, the command and the stand-ins, and nothing of the site', () => {
    const files = packedFiles();
    expect(files).toContain('dist/src/doorstep/index.d.ts');
    expect(files).toContain('dist/tools/cli.js');
    expect(files).toContain('dist/demo/stand-ins.d.ts');
    expect(
      files.filter((file) =>
        /src\/(site\/(?!(assets|config|format|languages\/messages|root|view-engine)\.)|books|metrics|models)|^views|test/.test(
          file,
        ),
      ),
    ).toEqual([]);
  });

  it.each([{}, { exactOptionalPropertyTypes: true }, { allowImportingTsExtensions: true }])(
    'compiles in an app with %j, libraries checked too',
    (options) => {
      expect(compile(folder, minimal, options)).toBe('');
    },
  );

  it.each([{}, { exactOptionalPropertyTypes: true }])(
    'so does examples/existing-app with %j',
    (options) => {
      const app = readFileSync(join(ROOT, 'examples/existing-app/app.ts'), 'utf8');
      expect(compile(folder, app, options)).toBe('');
    },
  );

  it('the compiler knows who is behind a guard, and nobody without one', () => {
    const handler = "app.get('/x', HERE (req, res) => void res.send(req.auth.sub.toUpperCase()));";
    const using = (guard: string) => `${minimal}\n${handler.replace('HERE', guard)}\n`;
    expect(compile(folder, using('requireSignIn,'))).toBe('');
    expect(compile(folder, using(''))).toContain("'req.auth.sub' is possibly 'undefined'");
  });

  it('Express’s and express-session’s own types stay visible', () => {
    const code = `import 'doorstep'; import type { Request } from 'express';
declare module 'express-session' { interface SessionData { basket?: string[] } }
export const basket = (req: Request): string[] => req.session.basket ?? [];
declare global { namespace Express { interface User { id: number } interface Request { user?: User } } }
export const id = (req: Request): number | undefined => req.user?.id;`;
    expect(compile(folder, code)).toBe('');
  });

  it.skipIf(!hasRedisServer).each([
    ['import', 'app.mjs', (code: string) => code],
    ['require', 'app.cjs', asCommonJs],
  ])(
    'examples/minimal runs on it by %s: signs in over HTTP, and out',
    async (_how, file, rewrite) => {
      const port = await freePort();
      const url = `http://localhost:${port}`;
      const redis = await startRedisServer();
      const standIns = await startStandIns(url);
      writeFileSync(join(folder, file), rewrite(minimal));
      const env = {
        PATH: process.env.PATH ?? '',
        PORT: String(port),
        REDIS_URL: redis.url,
        ...standIns.environment,
      };
      const child = spawn(process.execPath, [file], { cwd: folder, env, stdio: 'ignore' });
      onTestFinished(async () => {
        child.kill('SIGKILL');
        await standIns.close();
        await redis.close();
      });
      const browser = createBrowser();
      await eventually(async () => expect((await browser.get(url)).status).toBe(200));
      expect(browser.page?.body).toContain('Continue with Hugging Face');
      const start = await browser.get(`${url}/private`, { until: standIns.logto.endpoint });
      const callback = await authorizeAt(browser, start.stoppedAt ?? '', ADA);
      expect((await browser.get(callback)).body).toMatch(/^Only you see this, /);
      expect((await browser.get(url)).body).toContain('Hello, Ada Lovelace');
      const out = await browser.post(`${url}/sign-out`, {});
      await browser.get(out.headers.get('refresh')?.replace('0;url=', '') ?? '');
      expect((await browser.get(url)).body).toContain('Continue with Hugging Face');
    },
  );

  it('the doorstep command says what it can do, and what is missing', () => {
    const command = join(folder, 'node_modules/doorstep/dist/tools/cli.js');
    expect(run(folder, process.execPath, command, '--help')).toContain('doorstep sessions end');
    expect(run(folder, process.execPath, command, 'sessions', 'list', 'x')).toContain(
      'LOGTO_ENDPOINT is missing',
    );
    expect(run(folder, process.execPath, command, 'check')).toContain('LOGTO_ENDPOINT');
    expect(run(folder, process.execPath, command, 'invite', 'a@example.org')).toContain(
      'LOGTO_ENDPOINT is missing',
    );
  });

  it.each([
    ['setup', ['@inquirer/prompts', '@logto/api', 'pg']],
    ['stand-ins', ['oidc-provider']],
  ])(
    'C66 doorstep %s names the packages that it lacks, and has its --help without',
    (name, peers) => {
      const command = join(folder, 'node_modules/doorstep/dist/tools/cli.js');
      const { status, stderr } = spawnSync(process.execPath, [command, name], { cwd: folder });
      expect(status).toBe(2);
      const said = String(stderr).trim();
      expect(said.split('\n')).toHaveLength(1);
      const [, packages = ''] = /: npm install --save-dev (.+)$/.exec(said) ?? [];
      expect(packages.split(' ').map((one) => one.replace(/@\d+$/, ''))).toEqual(peers);
      expect(run(folder, process.execPath, command, name, '--help')).toContain(`doorstep ${name}`);
    },
  );

  it.each([
    ['setup', 'tools/setup/main.js'],
    ['stand-ins', 'tools/stand-ins'],
  ])('C66 doorstep %s says that it is not in the app’s image', (name, left) => {
    const dist = join(folder, 'node_modules/doorstep/dist');
    renameSync(join(dist, left), join(folder, 'left-out'));
    onTestFinished(() => renameSync(join(folder, 'left-out'), join(dist, left)));
    expect(readFileSync(join(ROOT, 'Dockerfile'), 'utf8')).toMatch(
      RegExp(`rm -r .*dist/${left}\\b`),
    );
    const words = [join(dist, 'tools/cli.js'), name];
    const { status, stderr } = spawnSync(process.execPath, words, { cwd: folder });
    expect(status).toBe(2);
    expect(String(stderr)).toMatch(RegExp(`^doorstep ${name} is not in this image`));
    expect(String(stderr).includes('--target setup')).toBe(name === 'setup');
    // What is left out is what no other command needs.
    for (const other of ['check', 'sessions', 'invite']) {
      expect(run(folder, process.execPath, join(dist, 'tools/cli.js'), other, '--help')).not.toBe(
        '',
      );
    }
  });

  it('C66 doorstep knows its version, and which commands there are', () => {
    const command = join(folder, 'node_modules/doorstep/dist/tools/cli.js');
    expect(run(folder, process.execPath, command, '--version')).toMatch(/^\d+\.\d+\.\d+\n$/);
    const { status, stderr } = spawnSync(process.execPath, [command, 'chekc'], { cwd: folder });
    expect(status).toBe(2);
    expect(String(stderr)).toMatch(/^There is no command "chekc"\.\n\ndoorstep setup /);
  });

  describe('C67 docs/testing-your-app.md', () => {
    const page = readFileSync(join(ROOT, 'docs/testing-your-app.md'), 'utf8');
    const [app = '', server = '', test = ''] = [...page.matchAll(/```js\n([\s\S]*?)```/g)].map(
      ([, code = '']) => code,
    );
    const PROVIDER = 'node_modules/oidc-provider';
    beforeAll(() => {
      writeFileSync(join(folder, 'app.js'), app);
      writeFileSync(join(folder, 'server.js'), server);
      writeFileSync(join(folder, 'app.test.js'), test);
    });
    const withProvider = () => {
      symlinkSync(join(ROOT, PROVIDER), join(folder, PROVIDER));
      onTestFinished(() => rmSync(join(folder, PROVIDER)));
    };

    it('C67 its types need no types of oidc-provider', () => {
      const code = `import { startStandIns, type StandIns } from 'doorstep/stand-ins';
const standIns: StandIns = await startStandIns({ accounts: [{ username: 'grace', roles: ['editor'] }] });
standIns.logto.failNext('token', 'hang');
standIns.huggingFace.failNext('chat', { status: 429 }, 2);
const { cookie }: { cookie: string } = await standIns.signIn('grace');`;
      for (const options of [{}, { exactOptionalPropertyTypes: true }]) {
        expect(compile(folder, code, options)).toBe('');
      }
    });

    it('C67 its test is green', () => {
      withProvider();
      const words = ['--test', '--test-reporter=tap', 'app.test.js'];
      expect(run(folder, process.execPath, ...words)).toMatch(/^# pass 4$[\s\S]*^# fail 0$/m);
    });

    it('C66 C67 C68 its app runs on `doorstep stand-ins`, which take their file with them', async () => {
      withProvider();
      const command = join(folder, 'node_modules/doorstep/dist/tools/cli.js');
      const port = await freePort();
      const url = `http://localhost:${port}`;
      const words = ['stand-ins', '--app', url, '--env', '.env.stand-ins'];
      const standIns = spawn(process.execPath, [command, ...words], { cwd: folder });
      onTestFinished(() => void standIns.kill('SIGKILL'));
      const ended = once(standIns, 'exit');
      await once(standIns.stdout, 'data');
      const file = join(folder, '.env.stand-ins');
      expect(statSync(file).mode & 0o077).toBe(0);

      writeFileSync(join(folder, 'server.js'), server.replace('3000', String(port)));
      // Vitest's own BASE_URL would win over the file's.
      const surroundings = { cwd: folder, env: { PATH: process.env.PATH ?? '' } };
      const child = spawn(process.execPath, [`--env-file=${file}`, 'server.js'], surroundings);
      onTestFinished(() => void child.kill('SIGKILL'));
      const browser = createBrowser();
      await eventually(async () => expect((await browser.get(url)).status).toBe(200));
      const { LOGTO_ENDPOINT = '' } = parseEnv(readFileSync(file, 'utf8'));
      const start = await browser.get(`${url}/private`, { until: LOGTO_ENDPOINT });
      const callback = await authorizeAt(browser, start.stoppedAt ?? '', ADA);
      expect((await browser.get(callback)).body).toBe('Only you see this, Ada Lovelace');

      const check = [`--env-file=${file}`, command, 'check'];
      const checked = spawnSync(process.execPath, check, surroundings);
      expect(String(checked.stdout)).toContain('Sign-in of the app: goes to this Logto');
      expect(checked.status).toBe(0);

      standIns.kill('SIGINT');
      expect(await ended).toEqual([0, null]);
      expect(existsSync(file)).toBe(false);
    });

    it('C66 --env leaves a file of somebody else alone', () => {
      withProvider();
      const command = join(folder, 'node_modules/doorstep/dist/tools/cli.js');
      writeFileSync(join(folder, 'mine.env'), 'MINE=1\n');
      const words = [command, 'stand-ins', '--env', 'mine.env'];
      const { status, stderr } = spawnSync(process.execPath, words, { cwd: folder });
      expect(status).toBe(2);
      expect(String(stderr)).toContain('mine.env is there already');
      expect(readFileSync(join(folder, 'mine.env'), 'utf8')).toBe('MINE=1\n');
    });
  });

  it('examples/minimal is one file of about 30 lines', () => {
    expect(minimal.split('\n').length).toBeLessThanOrEqual(32);
  });

  // The registry is there in CI, where `npm ci` has just asked it.
  if (process.env.CI === 'true') {
    it.each([
      ['npm', ['npm', 'install', '--prefer-offline', '--no-audit', '--no-fund']],
      ['pnpm', ['npx', '--yes', 'pnpm@10', 'add', '--prefer-offline']],
    ] as const)(
      'installed by %s from the registry, it compiles and loads',
      (_name, [command, ...words]) => {
        const other = mkdtempSync(join(tmpdir(), 'doorstep-installed-'));
        onTestFinished(() => rmSync(other, { recursive: true, force: true }));
        cpSync(join(folder, 'package.json'), join(other, 'package.json'));
        run(ROOT, 'npm', 'pack', '--ignore-scripts', '--pack-destination', other);
        const tarball = join(other, 'doorstep-0.1.0.tgz');
        const packages = [tarball, 'express@5', '@types/express@5', '@types/node@20'];
        run(other, command, ...words, ...packages);
        for (const options of [{}, { exactOptionalPropertyTypes: true }]) {
          expect(compile(other, minimal, options)).toBe('');
        }
        const loads = "import('doorstep').then((kit) => console.log(typeof kit.doorstep))";
        expect(run(other, process.execPath, '-e', loads)).toBe('function\n');
      },
    );
  }
});
