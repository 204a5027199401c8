import { causes, InvalidPipeline, type Diagnostic } from '@sluice/core';
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

/** Codes that say that the command line or the file is wrong. */
const usageCodes = new Set([
  'core/INVALID_PIPELINE',
  'pipelines/UNKNOWN_STAGE',
  'pipelines/NO_STAGE',
  'pipelines/BAD_PACKAGE_NAME',
  'pipelines/FOLDER_NOT_EMPTY',
]);

/** Codes, most of them of the operating system, that say that the user's machine lacks something. */
const environmentCodes = new Set([
  ...['pipelines/RUN_FOLDER', 'pipelines/NEW_FOLDER', 'ERR_DLOPEN_FAILED', 'MODULE_NOT_FOUND', 'ERR_MODULE_NOT_FOUND'],
  ...['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT', 'EMFILE', 'ENFILE', 'ENOMEM'],
]);

/** What went wrong, with its causes, and how the command ends. An error that nobody foresaw keeps its stack. */
export function failureOf(error: unknown): Failure {
  const chain = causes(error);
  const [, ...deeper] = chain;
  const because = deeper.map((cause) => `  because ${messageOf(cause)}\n`);
  return {
    exitCode: exitCodeOf(chain.map(codeOf)),
    text: `${headOf(error)}\n${because.join('')}`,
    document: {
      code: codeOf(error) ?? 'unexpected',
      message: messageOf(error),
      ...(error instanceof InvalidPipeline && { diagnostics: error.diagnostics }),
    },
  };
}

function exitCodeOf(codes: readonly (string | undefined)[]): ExitCode {
  if (codes.some((code) => code !== undefined && usageCodes.has(code))) return exitCodes.badUsage;
  if (codes.some((code) => code !== undefined && environmentCodes.has(code))) return exitCodes.badEnvironment;
  return exitCodes.stageFailed;
}

function headOf(error: unknown): string {
  if (error instanceof InvalidPipeline) return error.message;
  if (!(error instanceof Error)) return String(error);
  // By name: a stage package may bring a copy of core of its own.
  return error.name === 'SluiceError' ? `${codeOf(error) ?? ''}: ${error.message}` : (error.stack ?? error.message);
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
