import { exitCodes, type ExitCode } from './exit-codes.js';

/** A terminal, npm and a wrapper may each deliver the same Ctrl-C; later than this it is a second one. */
const sameSignalMilliseconds = 1000;

/**
 * Calls `cancel` on the first SIGINT or SIGTERM, so that work can end in order; a second one ends the process at once.
 * Returns the exit code of the signal that came, if any, and a way to stop listening.
 */
export function catchSignals(cancel: (signal: NodeJS.Signals) => void): {
  readonly exitCode: () => ExitCode | undefined;
  readonly stop: () => void;
} {
  let caught: { readonly exitCode: ExitCode; readonly at: number } | undefined;
  const listener = (signal: NodeJS.Signals): void => {
    if (caught && performance.now() - caught.at > sameSignalMilliseconds) process.exit(caught.exitCode);
    if (caught) return;
    caught = { exitCode: signal === 'SIGINT' ? exitCodes.interrupted : exitCodes.terminated, at: performance.now() };
    cancel(signal);
  };
  process.on('SIGINT', listener).on('SIGTERM', listener);
  return {
    exitCode: () => caught?.exitCode,
    stop: () => void process.off('SIGINT', listener).off('SIGTERM', listener),
  };
}
