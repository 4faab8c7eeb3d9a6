import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { read } from './files.ts';

const scriptsOf = (path: string): [string, string][] =>
  Object.entries(JSON.parse(read(path)).scripts);
const scripts = [...scriptsOf('package.json'), ...scriptsOf('bench/package.json')];

describe('C53 on Windows', () => {
  it.each(scripts.filter(([name]) => name !== 'dev'))(
    'npm run %s is a command for cmd.exe too',
    (_name, script) => {
      // cmd.exe knows no single quotes, no $NAME and no NAME=value in front.
      expect(script).not.toMatch(/['`$;]|(^|&& *)\w+=/);
    },
  );

  it('a checkout has the line endings that the formatter expects', () => {
    expect(read('.gitattributes')).toMatch(/^\* text=auto eol=lf$/m);
  });
});

describe('C80 every runtime that is named', () => {
  const { engines, allowScripts } = z
    .object({
      engines: z.object({ node: z.string() }),
      allowScripts: z.record(z.string(), z.boolean()),
    })
    .parse(JSON.parse(read('package.json')));
  const matrixOf = (workflow: string, job: string): unknown =>
    parse(read(`.github/workflows/${workflow}`)).jobs[job].strategy.matrix;

  it('C80 the workflows run the oldest Node that is let in, the newer ones, Windows and macOS', () => {
    const [, oldest] = /^>=([\d.]+)$/.exec(engines.node) ?? [];
    expect(matrixOf('check.yml', 'check')).toEqual({ node: [oldest, '22', '24', '26'] });
    const { system } = z
      .object({ system: z.array(z.string()) })
      .parse(matrixOf('runtimes.yml', 'systems'));
    expect(system.map((name) => name.replace(/-\d+$/, ''))).toEqual(['windows', 'macos']);
  });

  it('C80 no install script waits for approval', () => {
    const packages = z
      .record(z.string(), z.object({ hasInstallScript: z.boolean().optional() }))
      .parse(JSON.parse(read('package-lock.json')).packages);
    const scripts = Object.keys(packages).filter((path) => packages[path]?.hasInstallScript);
    const names = new Set(scripts.map((path) => path.replace(/^.*node_modules\//, '')));
    expect(Object.keys(allowScripts)).toEqual([...names].sort());
    expect(Object.keys(parse(read('pnpm-workspace.yaml')).allowBuilds)).toContain('esbuild');
  });
});
