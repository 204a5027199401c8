import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

/** What tells one process from every other, so that a later one can see whether it still lives. */
export interface ProcessMark {
  readonly pid: number;
  readonly host: string;
  /** Boot and clock tick that it started at, where the system tells: a process id is given away again, this is not. */
  readonly started?: string;
}

/** The mark of this process. */
export function processMark(): ProcessMark {
  const started = startOf(process.pid);
  return { pid: process.pid, host: hostname(), ...(started !== undefined && { started }) };
}

/** Whether the process lives; `unknown` where another machine would have to be asked. */
export function processState({ pid, host, started }: ProcessMark): 'alive' | 'gone' | 'unknown' {
  if (host !== hostname()) return 'unknown';
  if (!exists(pid)) return 'gone';
  return started === undefined || started === startOf(pid) ? 'alive' : 'gone';
}

function exists(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false; // 0 and below would mean whole groups of processes
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Linux only: field 22 of `/proc/PID/stat`, counted behind the name in brackets, which may itself hold anything. */
function startOf(pid: number): string | undefined {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const stat = readFileSync(`/proc/${String(pid)}/stat`, 'utf8');
    const ticks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    return ticks === undefined ? undefined : `${boot} ${ticks}`;
  } catch {
    return undefined;
  }
}
