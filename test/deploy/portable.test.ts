import { describe, expect, it } from 'vitest';
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
