import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { clearInterval, setInterval } from 'node:timers';

/** How often the peak is read: it only grows, so that at most what the last moments added is missed. */
const INTERVAL = 200;

/**
 * Runs a command with this process's terminal; resolves to its exit code, its time and the peak memory of its process
 * (Linux only, `undefined` elsewhere).
 * @param {string} command
 * @param {readonly string[]} args
 * @returns {Promise<{ code: number | null, seconds: number, rssMb: number | undefined }>}
 */
export function runMeasured(command, args) {
  const start = performance.now();
  const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  /** @type {number | undefined} */
  let rssMb;
  const timer = setInterval(() => (rssMb = peakOf(child.pid) ?? rssMb), INTERVAL);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, seconds: (performance.now() - start) / 1000, rssMb }));
  }).finally(() => clearInterval(timer));
}

/** @param {number | undefined} pid */
function peakOf(pid) {
  try {
    const kilobytes = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kilobytes === undefined ? undefined : Number(kilobytes) / 1024;
  } catch {
    return undefined; // the process has ended, or the system has no /proc
  }
}
