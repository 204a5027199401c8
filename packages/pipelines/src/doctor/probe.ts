import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** What a probe has found, or why it found nothing, in a sentence. */
export type ProbeResult = { readonly value: Readonly<Record<string, unknown>> } | { readonly error: string };

/** Stands before the result, since native libraries write to stdout what they like. */
export const resultMark = 'sluice-probe ';

const timeout = 60_000;

/** Loads native code in a process of its own: where it crashes or hangs, that is a finding, not the end of the command. */
export function probe(...words: readonly string[]): Promise<ProbeResult> {
  const program = fileURLToPath(new URL('../../bin/sluice.js', import.meta.url));
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [program, '__probe', ...words],
      { timeout, killSignal: 'SIGKILL' },
      (failure, stdout) => {
        const line = stdout.split('\n').find((each) => each.startsWith(resultMark));
        if (line !== undefined) resolve(JSON.parse(line.slice(resultMark.length)) as ProbeResult);
        else if (failure?.killed) resolve({ error: `it did not answer within ${timeout / 1000} s` });
        else if (failure?.signal) resolve({ error: `loading it ended the process with ${failure.signal}` });
        else resolve({ error: `loading it ended the process with exit code ${String(failure?.code ?? 0)}` });
      },
    );
  });
}
