import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';

/** Longest that a process may take. */
const TIMEOUT_MS = 10 * 60_000;

/**
 * Peak memory in bytes of a process that does nothing but encode an image with this model on the CPU, its runtime included: what whoever deploys the file has to have.
 * @throws {Error} the process failed; what it said is the message
 */
export function peakMemory(model: Uint8Array, threads: number, signal: AbortSignal): Promise<number> {
  // As it is built: found through the package's own `exports`, from sources under test, too.
  const file = createRequire(import.meta.url).resolve('@sluice/stage-quantize/peak-memory-process');
  return new Promise((resolve, reject) => {
    const child = execFile(
      process.execPath,
      [file, String(threads)],
      { timeout: TIMEOUT_MS, killSignal: 'SIGKILL', signal },
      (failure, stdout) => {
        const bytes = Number(stdout);
        if (failure) reject(new Error(failure.message, { cause: failure }));
        else if (Number.isSafeInteger(bytes) && bytes > 0) resolve(bytes);
        else reject(new Error(`it printed "${stdout}" in place of its peak memory`));
      },
    );
    // A process that ends before it has read everything is known by its exit.
    child.stdin?.on('error', () => undefined).end(model);
  });
}
