import { expect } from 'vitest';
import type { LoadPlan, LoadReport, Person } from './load.ts';
import { runScript } from './process.ts';
import type { AppProcess } from './processes.ts';

/** The load of test/harness/load.ts, in a process of its own. */
export interface RunningLoad {
  /** Resolves when so many hundred requests more have been made. */
  moreRequests(hundreds: number): Promise<void>;
  /** Lets running requests finish. */
  stop(): Promise<LoadReport>;
  /** How many of the finished sign-ins are not greeted by name any more. */
  lostSessions(report: LoadReport, at: AppProcess): Promise<number>;
  /** Who they are. */
  lostPeople(report: LoadReport, at: AppProcess): Promise<Person[]>;
  close(): void;
}

export function startLoad(plan: LoadPlan): RunningLoad {
  const load = runScript('test/harness/load.ts', { LOAD: JSON.stringify(plan) });
  const soFar = () => load.output().match(/100 requests/g)?.length ?? 0;
  const lostPeople: RunningLoad['lostPeople'] = async ({ sessions }, at) => {
    const pages = await Promise.all(sessions.map(({ cookie }) => at.get('/', { cookie })));
    return sessions.filter(({ isAda }, index) => {
      const body = pages[index]?.body ?? '';
      return !body.includes('id="greeting">Hello') || body.includes('Ada Lovelace') !== isAda;
    });
  };
  return {
    lostPeople,
    async moreRequests(hundreds) {
      const before = soFar();
      await expect.poll(soFar, { timeout: 60_000 }).toBeGreaterThanOrEqual(before + hundreds);
    },
    async stop() {
      load.process.kill('SIGTERM');
      expect(await load.ended).toBe(0);
      const { report }: { report: LoadReport } = JSON.parse(
        load.output().trim().split('\n').at(-1) ?? '',
      );
      return report;
    },
    lostSessions: async (report, at) => (await lostPeople(report, at)).length,
    close: () => void load.process.kill('SIGKILL'),
  };
}
