import { InvalidPipeline, SluiceError, type Diagnostic } from '@sluice/core';
import { exitCodes, type ExitCode } from './exit-codes.js';

/** An error as the command shows it. */
export interface Failure {
  readonly exitCode: ExitCode;
  /** Ends with a line break. */
  readonly text: string;
  /** For `--json`. */
  readonly document: {
    readonly code: string;
    readonly message: string;
    readonly diagnostics?: readonly Diagnostic[];
  };
}

/** Errors of the operating system that the user's machine, not the pipeline, has to be changed for. */
const environmentCodes = new Set([
  'EACCES',
  'EPERM',
  'EROFS',
  'ENOSPC',
  'EDQUOT',
  'EMFILE',
  'ENFILE',
  'ENOMEM',
  'ERR_DLOPEN_FAILED',
  'MODULE_NOT_FOUND',
  'ERR_MODULE_NOT_FOUND',
]);

/** Errors of the command line, not of a run. */
const usageCodes = new Set(['pipelines/UNKNOWN_STAGE', 'pipelines/NO_STAGE']);

/** What went wrong, with its causes, and how the command ends. An error that nobody foresaw keeps its stack. */
export function failureOf(error: unknown): Failure {
  if (error instanceof InvalidPipeline) {
    const { code, message, diagnostics } = error;
    return { exitCode: exitCodes.badUsage, text: `${message}\n`, document: { code, message, diagnostics } };
  }
  const chain = causes(error);
  const [outermost] = chain;
  const exitCode =
    outermost instanceof SluiceError && usageCodes.has(outermost.code)
      ? exitCodes.badUsage
      : chain.some((link) => environmentCodes.has(codeOf(link)))
        ? exitCodes.badEnvironment
        : exitCodes.stageFailed;
  const [first, ...others] = chain;
  const foreseen = first instanceof SluiceError;
  const head = foreseen
    ? `${first.code}: ${first.message}`
    : first instanceof Error
      ? (first.stack ?? first.message)
      : String(first);
  const lines = [head, ...others.map((cause) => `  because ${cause instanceof Error ? cause.message : String(cause)}`)];
  return {
    exitCode,
    text: `${lines.join('\n')}\n`,
    document: { code: codeOf(first), message: first instanceof Error ? first.message : String(first) },
  };
}

function causes(error: unknown): readonly unknown[] {
  const chain: unknown[] = [];
  for (
    let link = error;
    link !== undefined && !chain.includes(link);
    link = link instanceof Error ? link.cause : undefined
  )
    chain.push(link);
  return chain;
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unexpected';
