import { existsSync, readdirSync } from 'node:fs';
import { posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { onePortConfig } from '../../demo/one-port/index.ts';
import { read } from './files.ts';

const COLOURS = ['red', 'yellow', 'green', 'blue', 'indigo', 'purple', 'pink', 'gray'] as const;
/** As https://huggingface.co/docs/hub/spaces-config-reference has it. */
const Header = z.strictObject({
  title: z.string(),
  emoji: z.emoji(),
  colorFrom: z.enum(COLOURS),
  colorTo: z.enum(COLOURS),
  sdk: z.literal('docker'),
  app_port: z.number(),
  license: z.string(),
  short_description: z.string().max(60),
});

const filesOf = (folder: string): string[] =>
  readdirSync(new URL(`../../${folder}`, import.meta.url), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => posix.join(folder, file.replaceAll('\\', '/')));

describe('.devcontainer', () => {
  it('F136 forwards the port of the demo and starts it there', () => {
    const { forwardPorts, postAttachCommand } = JSON.parse(read('.devcontainer/devcontainer.json'));
    expect(forwardPorts).toEqual([onePortConfig({}).port]);
    expect(postAttachCommand).toBe('npm run demo -- --one-port');
  });
});

describe('deploy/space', () => {
  const dockerfile = read('deploy/space/Dockerfile');
  const [, yaml = ''] = read('deploy/space/README.md').split('---\n');

  it('F137 begins with what Hugging Face reads, and its port is the one that is served', () => {
    const { app_port } = Header.parse(parse(yaml));
    expect(dockerfile).toContain(` PORT=${app_port} `);
    expect(dockerfile).toContain(`EXPOSE ${app_port}\n`);
  });

  it('F137 runs as user 1000, shows itself in the frame, and copies what there is', () => {
    expect(dockerfile).toMatch(/^USER 1000$/m);
    expect(dockerfile).toContain('HF_SPACE_FRAME=true');
    const copied = [...dockerfile.matchAll(/^COPY (.*) \S+$/gm)].flatMap(([, paths = '']) =>
      paths.split(' '),
    );
    const letIn = [...read('deploy/space/.dockerignore').matchAll(/^!(.+)$/gm)].map(
      ([, path = '']) => path,
    );
    expect(copied.sort()).toEqual(letIn.sort());
    for (const path of copied)
      expect([path, existsSync(new URL(`../../${path}`, import.meta.url))]).toEqual([path, true]);

    // What the demo imports comes along.
    const imported = filesOf('demo').flatMap((file) =>
      [...read(file).matchAll(/ from '(\.[^']+)'/g)].map(([, from = '']) =>
        posix.join(posix.dirname(file), from),
      ),
    );
    const missing = imported.filter((file) => !copied.includes(file.split('/')[0] ?? ''));
    expect(missing).toEqual([]);
  });
});
