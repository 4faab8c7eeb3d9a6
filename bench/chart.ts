import { contenders } from './contenders.ts';
import { figures, type Results, undisturbed } from './results.ts';
import { median } from './statistics.ts';

const WIDTH = 640;
const ROW = 26;
const LEFT = 230;
const RIGHT = 60;

/** Bars for one signed-in page: each contender's CPU time as a multiple of Doorstep's. */
export function chart(results: Results): string {
  const counted = undisturbed(results.slices);
  const bars = contenders
    .flatMap(({ name, title }) => {
      const ratios = ratiosTo(counted, name);
      return ratios.length > 0 ? [{ name, title, times: median(ratios) }] : [];
    })
    .sort((a, b) => a.times - b.times);
  const most = Math.max(1, ...bars.map(({ times }) => times));
  const height = 44 + bars.length * ROW + 26;
  const rows = bars.map(({ name, title, times }, index) => {
    const y = 40 + index * ROW;
    const width = Math.max(2, ((WIDTH - LEFT - RIGHT) * times) / most);
    const colour = name === 'doorstep' ? '#f59e0b' : '#8a93a3';
    return [
      `<text x="${LEFT - 10}" y="${y + 15}" text-anchor="end">${title}</text>`,
      `<rect x="${LEFT}" y="${y + 2}" width="${width.toFixed(1)}" height="18" rx="4" fill="${colour}"/>`,
      `<text x="${(LEFT + width + 8).toFixed(1)}" y="${y + 15}">${times.toFixed(2)} ×</text>`,
    ].join('');
  });
  const { date, versions } = results;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="CPU time for one signed-in page, as a multiple of Doorstep's">
<style>text{font:13px system-ui,sans-serif;fill:#57606a}.t{font-weight:600;fill:#24292f}@media(prefers-color-scheme:dark){text{fill:#9aa4b2}.t{fill:#e6edf3}}</style>
<text class="t" x="12" y="22">CPU time for one signed-in page (Doorstep = 1, shorter is better)</text>
${rows.join('\n')}
<text x="12" y="${height - 8}">${date}, Node ${versions.node}. npm run bench measures it again.</text>
</svg>
`;
}

/** A contender's CPU time for a signed-in page ÷ Doorstep's, slice by slice. */
function ratiosTo(slices: Results['slices'], contender: string): number[] {
  return slices.flatMap((slice) => {
    const [theirs] = figures([slice], contender, 'home-in');
    const [ours] = figures([slice], 'doorstep', 'home-in');
    return theirs && ours ? [theirs.cpu / ours.cpu] : [];
  });
}
