import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ConfigError, type Environment } from '../../src/doorstep/config/environment.ts';
import { loadEnvFile } from '../../src/site/env-file.ts';

describe('C31 .env is read as it was meant, or it says what is the matter', () => {
  const directory = mkdtempSync(join(tmpdir(), 'doorstep-env-'));
  const path = join(directory, '.env');
  afterAll(() => rmSync(directory, { recursive: true }));

  function load(content: string | Buffer, environment: Environment = {}): Environment {
    writeFileSync(path, content);
    loadEnvFile(environment, path);
    return environment;
  }
  const problemsOf = (content: string | Buffer) => {
    try {
      load(content);
      return [];
    } catch (error) {
      if (error instanceof ConfigError) return error.problems;
      throw error;
    }
  };

  it('adds its variables, and the environment wins', () => {
    const text = 'LOGTO_APP_ID=file\nexport PORT=4000 # here\r\nOTHER="a#b"\n';
    expect(load(text, { LOGTO_APP_ID: 'shell' })).toEqual({
      LOGTO_APP_ID: 'shell',
      PORT: '4000',
      OTHER: 'a#b',
    });
  });

  it.each([undefined, '', 'development'])('is read where NODE_ENV is %j', (NODE_ENV) => {
    expect(load('PORT=4000', { NODE_ENV }).PORT).toBe('4000');
  });

  it.each(['production', 'test', 'production '])('is not read where NODE_ENV is %j', (NODE_ENV) => {
    expect(load(Buffer.from([0, 1, 2]), { NODE_ENV })).toEqual({ NODE_ENV });
  });

  it('nothing happens without one', () => {
    const environment = {};
    loadEnvFile(environment, join(directory, 'none'));
    expect(environment).toEqual({});
  });

  it('names a file that cannot be read', () => {
    const folder = join(directory, 'folder');
    mkdirSync(folder);
    expect(() => loadEnvFile({}, folder)).toThrow(/folder can't be read \(EISDIR\)/);
  });

  it.each([
    ['UTF-8 with BOM', Buffer.from('\ufeffPORT=1'), /begins with a byte order mark/],
    ['UTF-16', Buffer.from('\ufeffPORT=1', 'utf16le'), /is in UTF-16/],
    ['UTF-16 without a mark', Buffer.from('PORT=1', 'utf16le'), /is in UTF-16/],
    [
      'UTF-16, the other way round',
      Buffer.from('\ufeffPORT=1', 'utf16le').swap16(),
      /is in UTF-16/,
    ],
  ])('names the encoding %s', (_what, content, words) => {
    expect(problemsOf(content)).toEqual([expect.stringMatching(words)]);
  });

  it.each([
    'SESSION_SECRET=ab#cd',
    'export SESSION_SECRET = ab#cd\r\nPORT=1',
    'SESSION_SECRET=#abcd',
  ])('names a value that a # cuts: %j', (content) => {
    expect(problemsOf(content)).toEqual([expect.stringMatching(/^SESSION_SECRET has a # in it/)]);
    expect(problemsOf(content).join()).not.toMatch(/ab|cd/);
  });

  it.each([
    'SESSION_SECRET="ab#cd"',
    "SESSION_SECRET='ab#cd'",
    'SESSION_SECRET=abcd # a comment',
    'SESSION_SECRET= # fill me in',
    'SESSION_SECRET=# fill me in',
    '# SESSION_SECRET=ab#cd',
    'SESSION_SECRET=ab#cd\nSESSION_SECRET=abcd',
  ])('and no other: %j', (content) => {
    expect(problemsOf(content)).toEqual([]);
  });
});
