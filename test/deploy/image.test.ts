import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import { isBuiltin } from 'node:module';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { read } from './files.ts';

const dockerfile = read('Dockerfile');

/** Without an engine, the commands of the image are tried by hand: here the one that says it is well. */
describe('the HEALTHCHECK of the Dockerfile', () => {
  const server = createServer((req, res) =>
    res.writeHead(req.url === '/healthz' ? status : 404).end(),
  );
  let status = 200;
  let port = '';

  beforeAll(async () => {
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const address = server.address();
    port = typeof address === 'object' ? String(address?.port) : '';
  });
  afterAll(() => void server.close());

  it.each([
    ['is well', 200, 0],
    ['is not', 503, 1],
  ])('when the app %s', async (_what, answer, exit) => {
    status = answer;
    expect(await healthcheck(port)).toBe(exit);
  });

  it('when nothing listens', async () => {
    expect(await healthcheck('1')).toBe(1);
  });
});

describe('Dockerfile', () => {
  it('gives the tools every package that they import', () => {
    const { dependencies } = JSON.parse(read('package.json'));
    const kept = /for name in (.*); do/.exec(dockerfile)?.[1]?.split(' ') ?? [];
    const imported = filesOf('tools').flatMap((file) =>
      [...read(`tools/${file}`).matchAll(/ from '([^.'][^']*)'/g)].map(([, from = '']) => from),
    );
    const packages = new Set(imported.filter((from) => !isBuiltin(from)).map(packageOf));
    expect(packages.size).toBeGreaterThan(3);
    expect([...packages].filter((name) => !dependencies[name]).sort()).toEqual(kept.sort());
  });

  it('copies only what .dockerignore lets in', () => {
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.*) \S+$/gm)].flatMap(
      ([, paths = '']) => paths.split(' '),
    );
    const letIn = [...read('.dockerignore').matchAll(/^!(.+)$/gm)].map(([, path]) => path);
    expect([...new Set(copied)].sort()).toEqual(letIn.sort());
  });
});

function filesOf(folder: string): string[] {
  const all = readdirSync(new URL(`../../${folder}`, import.meta.url), {
    recursive: true,
    encoding: 'utf8',
  });
  return all.filter((file) => file.endsWith('.ts'));
}

/** `@logto/api/management` belongs to `@logto/api`. */
function packageOf(from: string): string {
  return from
    .split('/')
    .slice(0, from.startsWith('@') ? 2 : 1)
    .join('/');
}

async function healthcheck(port: string): Promise<number> {
  const json = /^HEALTHCHECK [\s\S]*?CMD (\[.*\])$/m.exec(dockerfile)?.[1] ?? '[]';
  const [, ...words]: string[] = JSON.parse(json);
  const child = spawn(process.execPath, words, { env: { PORT: port }, stdio: 'ignore' });
  const [code]: number[] = await once(child, 'exit');
  return code ?? -1;
}
