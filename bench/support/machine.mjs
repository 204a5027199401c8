import { cpus, loadavg, totalmem } from 'node:os';

/**
 * What the numbers were taken on: `AMD EPYC, 2 cores, 24 GB, Node v20.19.0`.
 * @returns {string}
 */
export function describeMachine() {
  const processors = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${processors[0]?.model.trim() ?? 'unknown'}, ${processors.length} cores, ${memory} GB, Node ${process.version}`;
}

/**
 * Says so when something else keeps the machine busy: timings are then worth little.
 * @returns {string | undefined}
 */
export function busyWarning() {
  const load = loadavg()[0] ?? 0;
  return load > 0.7 ? `The machine was busy before the start (load ${load.toFixed(1)}): timings are rough.` : undefined;
}
