export interface Sample {
  name: string;
  labels: Record<string, string>;
  value: number;
}

/** What a scrape says. */
export interface Exposition {
  /** Family → counter, gauge or histogram. */
  types: Map<string, string>;
  samples: Sample[];
  /** The sum over the series that have these labels, whatever else they have; 0 without any. */
  sum(name: string, labels?: Record<string, string>): number;
  /** All values of a label, over all series of that name. */
  valuesOf(name: string, label: string): Set<string>;
}

const TYPES = ['counter', 'gauge', 'histogram'];

/**
 * Reads Prometheus' text format 0.0.4, as strictly as promtool.
 *
 * @throws for a line that is none, a sample outside its family's lines, and a series that is there twice.
 */
export function parseExposition(text: string): Exposition {
  const types = new Map<string, string>();
  const series = new Map<string, Sample>();
  if (!text.endsWith('\n')) throw new Error('The last line does not end');
  const lines = text.split('\n').filter((line) => line !== '');
  let helped = '';
  let family = '';
  for (const line of lines) {
    const [, keyword, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.+)$/.exec(line) ?? [];
    if (keyword === 'HELP') helped = name;
    else if (keyword === 'TYPE') {
      if (helped !== name || types.has(name) || !TYPES.includes(rest)) throw wrong(line);
      types.set(name, rest);
      family = name;
    } else {
      const sample = parseSample(line);
      const parts = types.get(family) === 'histogram' ? ['_bucket', '_sum', '_count'] : [''];
      if (!parts.some((part) => sample.name === family + part)) throw wrong(line);
      const key = JSON.stringify([sample.name, Object.entries(sample.labels).sort()]);
      if (series.has(key)) throw wrong(line);
      series.set(key, sample);
    }
  }
  const samples = [...series.values()];
  const find = (name: string, labels: Record<string, string> = {}) =>
    samples.filter(
      (one) =>
        one.name === name &&
        Object.entries(labels).every(([label, value]) => one.labels[label] === value),
    );
  return {
    types,
    samples,
    sum: (name, labels) => find(name, labels).reduce((sum, { value }) => sum + value, 0),
    valuesOf: (name, label) => new Set(find(name).map(({ labels }) => labels[label] ?? '')),
  };
}

function parseSample(line: string): Sample {
  const [, name = '', inside = '', number = ''] =
    /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
  const pairs = [...inside.matchAll(/([a-zA-Z_]\w*)="((?:[^"\\]|\\[\\n"])*)"(?:,|$)/g)];
  const value = number === 'Nan' ? Number.NaN : Number(number.replace('Inf', 'Infinity'));
  const whole = pairs.map(([pair]) => pair).join('') === inside;
  if (!name || !whole || (Number.isNaN(value) && number !== 'Nan')) throw wrong(line);
  return { name, labels: Object.fromEntries(pairs.map(([, label, text]) => [label, text])), value };
}

const wrong = (line: string) => new Error(`Prometheus would not take: ${line}`);
