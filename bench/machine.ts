import type { ChildProcess } from 'node:child_process';
import { execFileSync, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import type { Busy } from './statistics.ts';

const cores = availableParallelism();
const canPin = cores > 1 && hasTaskset();
/** One for the contender that is measured, and where that leaves one over, one for a second process. */
const SERVER_CORES = cores >= 3 ? ['0', '1'] : ['0'];
const OTHER_CORES = `${SERVER_CORES.length}-${cores - 1}`;

/** How the measurement was set up, for whoever reads it. */
export const machine = {
  cpu: cpus()[0]?.model ?? 'unknown',
  cores,
  pinned: canPin,
  /** Two processes have a core each. */
  hasSecondServerCore: canPin && SERVER_CORES.length > 1,
};

/** Load, Redis and provider keep off the contenders' cores. Children inherit it. */
export function stayOffTheServerCores(): void {
  if (canPin) execFileSync('taskset', ['-acp', OTHER_CORES, String(process.pid)]);
}

/**
 * Starts a process on the contenders' core; what it prints goes nowhere.
 *
 * @param options.second On the second such core, where there is one.
 */
export function startOnServerCore(
  command: string,
  words: string[],
  { second, ...options }: { cwd: string; env: NodeJS.ProcessEnv; second: boolean },
): ChildProcess {
  const core = SERVER_CORES.at(second ? -1 : 0) ?? '0';
  const whole = canPin ? ['taskset', '-c', core, command, ...words] : [command, ...words];
  const [first = command, ...rest] = whole;
  // Standard output is where the app logs: it must be written, as in production.
  return endWithUs(spawn(first, rest, { ...options, stdio: ['ignore', 'ignore', 'inherit'] }));
}

const started: ChildProcess[] = [];
process.on('exit', () => {
  for (const child of started) child.kill('SIGKILL');
});

/** Nothing that the benchmark started outlives it, however it ends. */
export function endWithUs(child: ChildProcess): ChildProcess {
  started.push(child);
  return child;
}

/** CPU time (user and system) that all threads of a process have used, microseconds. */
export function cpuTime(pid: number): number {
  const threads = readdirSync(`/proc/${pid}/task`);
  const spent = threads.map((thread) => {
    // The scheduler's own count, in nanoseconds: the same sum that /proc/PID/stat shows in ticks.
    const [nanoseconds] = readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ');
    return Number(nanoseconds) / 1000;
  });
  return spent.reduce((sum, microseconds) => sum + microseconds, 0);
}

/** Milliseconds of a tick: USER_HZ is 100 on every Linux that Node runs on. */
const TICK_MS = 10;

/**
 * CPU time up to now, milliseconds: of all processes, of those given, and what was stolen.
 * From /proc/stat, whose first line is user, nice, system, idle, iowait, irq, softirq, steal.
 */
export function machineTime(pids: number[]): Busy {
  const [line = ''] = readFileSync('/proc/stat', 'utf8').split('\n');
  const [user = 0, nice = 0, system = 0, , , , , steal = 0] = line
    .split(/\s+/)
    .slice(1)
    .map(Number);
  return {
    wall: performance.now(),
    all: (user + nice + system) * TICK_MS,
    own: pids.reduce((sum, pid) => sum + cpuTime(pid), 0) / 1000,
    steal: steal * TICK_MS,
  };
}

/** Resident memory of a process, bytes. */
export function memory(pid: number): number {
  const found = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(found ?? 0) * 1024;
}

function hasTaskset(): boolean {
  try {
    execFileSync('taskset', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
