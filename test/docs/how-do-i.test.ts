import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { read } from '../deploy/files.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** What the blocks take for given; a block that imports a name itself gets that one. */
const GIVEN = `import type * as kit from 'doorstep';
import type { Express } from 'express';
declare global {
  const app: Express;
  const doorstep: typeof kit.doorstep;
  const requireSignIn: typeof kit.requireSignIn;
  const SignInDenied: typeof kit.SignInDenied;
  const users: { upsert(user: { iss: string; sub: string; name: string | null }): Promise<{ id: number }> };
  const members: { has(iss: string, sub: string): Promise<boolean> };
}
declare module 'express-session' {
  interface SessionData { userId?: number }
}
`;

/** Every block of TypeScript of a page, by the heading above it. */
function blocksOf(page: string): [string, string][] {
  return read(page)
    .split(/^## /m)
    .flatMap((section) => {
      const heading = section.split('\n')[0] ?? '';
      const codes = [...section.matchAll(/```ts\n([\s\S]*?)```/g)];
      return codes.map(([, code = '']): [string, string] => [`${page}, ${heading}`, code]);
    });
}

const ofTheKit = blocksOf('README.md').filter(([, code]) => code.includes("from 'doorstep'"));
const blocks = [
  ...blocksOf('docs/how-do-i.md'),
  ...blocksOf('docs/existing-app.md'),
  ...blocksOf('docs/hugging-face-tokens.md'),
  ...ofTheKit,
].map(([where, code], index) => ({ where, code, file: `block-${index}.ts` }));

describe('code for the kit in README.md and docs/', () => {
  let folder: string;
  let complaints: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'doorstep-blocks-'));
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
    writeFileSync(join(folder, 'given.d.ts'), GIVEN);
    for (const { file, code } of blocks) writeFileSync(join(folder, file), code);
    const compilerOptions = {
      noUnusedLocals: false,
      noUnusedParameters: false,
      paths: { doorstep: [join(ROOT, 'src/doorstep/index.ts')] },
    };
    const project = { extends: join(ROOT, 'tsconfig.json'), compilerOptions, include: ['*.ts'] };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(project));
    complaints = compile();
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function compile(): string {
    const tsc = join(ROOT, 'node_modules/.bin/tsc');
    try {
      return String(execFileSync(tsc, ['-p', folder], { cwd: folder, stdio: 'pipe' }));
    } catch (error) {
      return error instanceof Error && 'stdout' in error ? String(error.stdout) : String(error);
    }
  }

  it('is there', () => {
    expect(ofTheKit).toHaveLength(1);
    expect(blocks.length).toBeGreaterThanOrEqual(8);
  });

  it.each(blocks)('$where: compiles word for word', ({ file }) => {
    expect(complaints.split('\n').filter((line) => line.startsWith(`${file}(`))).toEqual([]);
  });

  it('the compiler has nothing else to say', () => {
    expect(complaints).toBe('');
  });
});
