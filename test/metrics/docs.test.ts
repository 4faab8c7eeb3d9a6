import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { read } from '../deploy/files.ts';
import { type Measured, startMeasured } from './measured.ts';

const page = read('docs/metrics.md');

/** Of the table: metric → labels. */
const rows = new Map(
  [...page.matchAll(/^\| `(doorstep_\w+)` \|(.*?)\|/gm)].map(([, name = '', labels = '']) => [
    name,
    [...labels.matchAll(/`(\w+)`/g)].map(([, label]) => label),
  ]),
);
const alerts = page.split('## Five alerts')[1]?.split('```')[1] ?? '';

describe('docs/metrics.md', () => {
  let app: Measured;
  beforeAll(async () => {
    app = await startMeasured();
    await app.signedInBrowser();
  });
  afterAll(() => app.close());

  it('has every metric with its labels, and no other', async () => {
    const { types, samples } = await app.metrics();
    const own = [...types.keys()].filter((name) => name.startsWith('doorstep_'));
    expect([...rows.keys()].sort()).toEqual(own.sort());
    for (const [name, labels] of rows) {
      const sample = samples.find((one) => one.name === name || one.name === `${name}_count`);
      expect(Object.keys(sample?.labels ?? {}).sort(), name).toEqual(labels.sort());
    }
  });

  it('asks in its five alerts for metrics, labels and values that exist', async () => {
    const { samples, valuesOf } = await app.metrics();
    expect(alerts.match(/alert: /g)).toHaveLength(5);
    const asked = [...alerts.matchAll(/\b((?:doorstep|nodejs)_\w+)(?:\{(.*?)\})?/g)];
    expect(asked.length).toBeGreaterThanOrEqual(5);
    let labels = 0;
    for (const [, name = '', inside = ''] of asked) {
      expect(
        samples.some((one) => one.name === name),
        name,
      ).toBe(true);
      if (!name.endsWith('_total')) continue;
      for (const [, label = '', values = ''] of inside.matchAll(/(\w+)!?[=~]"(.*?)"/g))
        for (const value of values.split('|')) {
          labels += 1;
          expect(valuesOf(name, label)).toContain(value);
        }
    }
    expect(labels).toBeGreaterThan(0);
  });
});
