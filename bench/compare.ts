import { contenders } from './contenders.ts';
import { markdown } from './report.ts';
import { type Results, ratio, undisturbed } from './results.ts';
import { columns } from './scenarios.ts';
import { disagreement, median } from './statistics.ts';

/** Markdown: how far the medians of CPU ratios in two runs are apart, in %, and the sum of it. */
export function compare(first: Results, second: Results): string {
  const [before, after] = [undisturbed(first.slices), undisturbed(second.slices)];
  const all: number[] = [];
  const rows = contenders.flatMap(({ name, title }) => {
    if (name === 'doorstep') return [];
    const cells = columns.map(({ name: scenario }) => {
      const one = ratio(before, { scenario, against: name });
      const other = ratio(after, { scenario, against: name });
      if (!one || !other) return '–';
      const apart = disagreement(one.median, other.median);
      all.push(apart);
      return `${one.median.toFixed(3)}, ${other.median.toFixed(3)}: ${apart.toFixed(1)} %`;
    });
    return cells.some((cell) => cell !== '–') ? [[title, ...cells]] : [];
  });
  const within = all.filter((apart) => apart <= 5).length;
  const sum =
    all.length > 0
      ? `${within} of ${all.length} medians agree within 5 %; ${median(all).toFixed(1)} % apart in the middle, ${Math.max(...all).toFixed(1)} % at most.`
      : 'Nothing was measured in both runs.';
  return `${markdown([['Doorstep ÷ the other, CPU', ...columns.map(({ title }) => title)], ...rows])}\n\n${sum}`;
}
