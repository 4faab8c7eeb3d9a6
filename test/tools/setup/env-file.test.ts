import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  EnvFileError,
  fillIn,
  readEnvFile,
  writePrivately,
} from '../../../tools/shared/env-file.ts';
import { createWorkplace } from './harness.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'env-'));
});
afterEach(() => rm(directory, { recursive: true }));

describe('filling values in', () => {
  it.each([
    ['nothing', '', 'A=1\n'],
    ['an empty value', 'A=\nB=2\n', 'A=1\nB=2\n'],
    ['an empty value in quotes', 'A=""\nB=2\n', 'A=1\nB=2\n'],
    ['an empty value with a comment', 'A= # mine\nB=2\n', 'A=1 # mine\nB=2\n'],
    ['the same in the last line', 'B=2\nA= # mine', 'B=2\nA=1 # mine'],
    ['the last of two empty values', 'A=\nB=\nA=\n', 'A=\nB=\nA=1\n'],
    ['an exported one', 'export A=\n', 'export A=1\n'],
    ['a commented one', '# A=\n', '# A=\nA=1\n'],
    ['Windows line ends', 'A=\r\nB=2\r\n', 'A=1\r\nB=2\r\n'],
    ['no line end', 'B=2', 'B=2\nA=1\n'],
    ['what only looks like a line', 'B="x\nA=\ny"\n', 'B="x\nA=\ny"\nA=1\n'],
    ['a value that is there', 'A=0\n', 'A=0\n'],
  ])('%s', (_case, before, after) => {
    expect(fillIn(before, { A: '1' })).toBe(after);
  });

  it('leaves every other line of any file byte for byte', () => {
    const line = fc.oneof(
      fc.constantFrom('', '# A=', 'A=', 'B=2', 'C="x y"', "D='#'", 'E = 5 # five', 'export F=1'),
      fc.stringMatching(/^[G-Z]{1,3}=[ -~]{0,12}$/),
      fc.stringMatching(/^#[ -~]{0,12}$/),
    );
    const check = (lines: string[], end: string) => {
      const text = lines.join('\n') + end;
      let filled: string;
      try {
        filled = fillIn(text, { A: '1' });
      } catch (error) {
        // An open quote: refused, nothing is damaged.
        expect(error).toBeInstanceOf(EnvFileError);
        return;
      }
      const others = (all: string) => all.split('\n').filter((one) => !/^A=1?$/.test(one) && one);
      expect(others(filled)).toEqual(others(text));
    };
    fc.assert(fc.property(fc.array(line, { maxLength: 8 }), fc.constantFrom('', '\n'), check));
  });
});

it.each(['a b', 'a # b', "it's", 'say "a"', 'say "it\'s"', 'Zoë 🤗', ' a', '`a`'])(
  'C38 a value reads back as it was: %s',
  (value) => {
    const text = fillIn('B=2\n', { A: value });
    expect(parseEnv(Buffer.from(text, 'latin1').toString('utf8'))).toEqual({ A: value, B: '2' });
  },
);

describe('the file', () => {
  it('is replaced at once, 0600, and nothing else is left in its directory', async () => {
    const path = join(directory, '.env');
    await writeFile(path, 'A=\n', { mode: 0o644 });
    await writePrivately(path, 'A=1\n');
    expect(await readFile(path, 'utf8')).toBe('A=1\n');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readdir(directory)).toEqual(['.env']);
  });

  it('stays a link where it is one', async () => {
    const target = join(directory, 'kept');
    await writeFile(target, '');
    await symlink(target, join(directory, '.env'));
    await writePrivately(join(directory, '.env'), 'A=1\n');
    expect(await readFile(target, 'utf8')).toBe('A=1\n');
  });

  it('keeps bytes that are no UTF-8', async () => {
    const path = join(directory, '.env');
    const bytes = Buffer.from([0x42, 0x3d, 0xff, 0xc3, 0xa9, 0x0a]);
    await writeFile(path, bytes);
    const { text } = await readEnvFile(path);
    await writePrivately(path, fillIn(text, { A: '1' }));
    expect(await readFile(path)).toEqual(Buffer.concat([bytes, Buffer.from('A=1\n')]));
  });

  it('says when it cannot be read or written', async () => {
    const path = join(directory, '.env');
    await mkdir(path);
    await expect(readEnvFile(path)).rejects.toThrow(/can't be read \(EISDIR\)/);
    await expect(writePrivately(join(directory, 'no', '.env'), '')).rejects.toThrow(/ENOENT/);
  });
});

describe('what set-up writes into it', () => {
  it('fills in, overwrites nothing, and says what differs', async () => {
    const place = await createWorkplace();
    try {
      await place.writeEnv('# mine\nLOGTO_APP_SECRET=another\nLOGTO_APP_ID=\nOTHER="x y"\n', 0o644);
      const first = await place.setUp();
      expect(await place.env()).toMatchObject({
        LOGTO_APP_ID: 'application-1',
        LOGTO_APP_SECRET: 'another',
        OTHER: 'x y',
      });
      expect(await place.envMode()).toBe(0o600);
      expect(first.code).toBe(0);
      const second = await place.setUp();
      expect(second.text).toContain('Its LOGTO_APP_SECRET is not a secret of the application');

      await chmod(place.envPath, 0o644);
      expect((await place.setUp()).text).toContain('chmod 600');
    } finally {
      await place.close();
    }
  });

  it('C38 what the environment brings and the app needs too, for when it is gone', async () => {
    const place = await createWorkplace();
    const environment = {
      BASE_URL: 'https://app.example.com',
      PORT: '4100',
      APP_NAME: 'Zoë’s #1 shop',
      API_RESOURCE: 'https://books.example/api',
      LOGTO_ORGANIZATIONS: 'true',
    };
    try {
      await place.setUp({ environment });
      expect(await place.env()).toMatchObject({
        ...environment,
        LOGTO_ENDPOINT: place.logto.endpoint,
        LOGTO_APP_ID: 'application-1',
      });
      expect(Object.keys(await place.env()).filter((name) => /HF_|M2M/.test(name))).toEqual([]);
      const again = await place.setUp({ environment });
      expect(again.text).toContain('Nothing is to do');
      const other = await place.setUp({
        environment: { ...environment, LOGTO_APP_ID: 'application-1', PORT: '4200' },
      });
      expect(other.text.replace(/\s+/g, ' ')).toContain('Its PORT is 4100, not 4200 as in your');
      expect(await place.env()).toMatchObject({ PORT: '4100' });
    } finally {
      await place.close();
    }
  });

  it('makes a secret when all of the application have expired', async () => {
    const place = await createWorkplace();
    try {
      await place.setUp();
      for (const secret of place.logto.state.secrets) secret.expiresAt = 1;
      await place.writeEnv('');
      await place.setUp();
      expect(place.logto.state.secrets).toHaveLength(2);
      expect((await place.env()).LOGTO_APP_SECRET).toBe('application-secret-2');
    } finally {
      await place.close();
    }
  });

  it('no secret of one application beside the id of another', async () => {
    const place = await createWorkplace();
    try {
      await place.setUp();
      await place.writeEnv('LOGTO_APP_ID=old\n');
      const { text } = await place.setUp({ environment: { LOGTO_APP_ID: 'application-1' } });
      expect(text.replace(/\s+/g, ' ')).toContain('Its LOGTO_APP_ID is old, not application-1');
      expect(await place.env()).not.toHaveProperty('LOGTO_APP_SECRET');
    } finally {
      await place.close();
    }
  });
});
