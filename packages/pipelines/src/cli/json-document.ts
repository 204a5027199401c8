import { exitCodes, type ExitCode } from './exit-codes.js';
import { failureOf } from './failure.js';
import type { Terminal } from './terminal.js';

/** Runs a command; with `--json` a failure is one document on stdout, too. */
export async function withJsonFailure(
  json: boolean | undefined,
  terminal: Terminal,
  action: () => Promise<ExitCode | undefined>,
): Promise<ExitCode> {
  try {
    return (await action()) ?? exitCodes.ok;
  } catch (error) {
    if (json !== true) throw error;
    const { exitCode, document, text } = failureOf(error);
    terminal.out(`${JSON.stringify({ exitCode, error: document }, undefined, 2)}\n`);
    terminal.err(text);
    return exitCode;
  }
}
