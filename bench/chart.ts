import { contenders } from './contenders.ts';
import { type Results, spreadOf } from './report.ts';

const WIDTH = 640;
const ROW = 26;
const LEFT = 230;
const RIGHT = 60;

/** Bars for one signed-in page: each contender's CPU time as a multiple of Doorstep's. */
export function chart(results: Results): string {
  const cpu = (contender: string) =>
    results.samples
      .filter((sample) => sample.contender === contender && sample.scenario === 'home-in')
      .map((sample) => sample.cpu);
  const own = spreadOf(cpu('doorstep')).median;
  const bars = contenders
    .filter(({ name }) => cpu(name).length > 0)
    .map(({ name, title }) => ({ name, title, times: spreadOf(cpu(name)).median / own }))
    .sort((a, b) => a.times - b.times);
  const most = Math.max(...bars.map(({ times }) => times));
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
