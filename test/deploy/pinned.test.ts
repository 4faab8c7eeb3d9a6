import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { read } from './files.ts';

const workflows = readdirSync(new URL('../../.github/workflows', import.meta.url)).map(
  (file) => `.github/workflows/${file}`,
);
/** No digest of it is published beside its tag. */
const BY_TAG_ONLY = ['svhd/logto:1.43.0'];

const matches = (file: string, pattern: RegExp) =>
  [...read(file).matchAll(pattern)].map(([, found = '']) => found);

/** One of them starts no container. */
const inContainers = workflows.filter((file) => /^ *(image|container):/m.test(read(file)));

describe('C64 what others publish is taken by its content', () => {
  it.each(workflows)('C64 %s: each action by commit, with its tag beside it', (file) => {
    const actions = matches(file, /^ *-? *uses: *(.*)$/gm);
    expect(actions.length).toBeGreaterThan(0);
    for (const action of actions)
      expect(action).toMatch(/^[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  it.each([
    ...inContainers,
    'Dockerfile',
    'deploy/space/Dockerfile',
    '.devcontainer/Dockerfile',
    'docker-compose.yml',
  ])('C64 %s: each image by digest, with its tag', (file) => {
    const named = matches(file, /^ *(?:image:|container:|FROM) +([^\s$]+)(?: .*)?$/gm);
    const listed = matches(file, /^ *- +([\w./-]+:[\w.-]+(?:@\S*)?)$/gm);
    const stages = matches(file, / AS (\S+)$/gm);
    const images = [...named, ...listed].filter((image) => !stages.includes(image));
    expect(images.length).toBeGreaterThan(0);
    const loose = images.filter((image) => !/^[\w./-]+:[\w.-]+@sha256:[0-9a-f]{64}$/.test(image));
    expect(loose.filter((image) => !BY_TAG_ONLY.includes(image))).toEqual([]);
  });
});
