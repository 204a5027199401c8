import { causes, type Diagnostic, type InvalidPipeline } from '@sluice/core';
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
  ...['core/INVALID_PIPELINE', 'core/NO_SUCH_STAGE', 'core/NO_DEAD_LETTERS'],
  ...['pipelines/UNKNOWN_STAGE', 'pipelines/NO_STAGE', 'pipelines/NO_RUN', 'pipelines/NO_FILE', 'pipelines/NO_TESTS'],
  ...['pipelines/BAD_SWEEP', 'pipelines/BAD_PACKAGE_NAME', 'pipelines/FOLDER_NOT_EMPTY'],
  ...['pipelines/AMBIGUOUS_RUN', 'pipelines/BAD_RUN', 'pipelines/RUN_ACTIVE', 'pipelines/RUN_ELSEWHERE'],
  ...['pipelines/NO_RECIPE', 'pipelines/DATA_ROOT', 'pipelines/RESUME_VARIABLE', 'core/STATE_CHANGED'],
  ...['pipelines/NO_CHECKPOINT', 'pipelines/BAD_CHECKPOINT', 'models/SUBSET_EMPTY'],
  ...['models/UNKNOWN_MODEL', 'models/NO_MODEL_FILE'],
  ...['data/DESTINATION', 'data/FORMAT_NAME', 'data/DATASET_FOLDER', 'data/NO_SUBSET'],
]);

/** Codes, most of them of the operating system, that say that the user's machine lacks something. */
const environmentCodes = new Set([
  ...['pipelines/RUN_FOLDER', 'pipelines/OUTPUT_FILE', 'pipelines/NEW_FOLDER'],
  ...['ERR_DLOPEN_FAILED', 'MODULE_NOT_FOUND', 'ERR_MODULE_NOT_FOUND'],
  ...['models/NOT_PULLED', 'models/PULL_FAILED', 'models/PULL_WRONG_BYTES', 'models/MODELS_FOLDER'],
  ...['core/STORE_FAILED', 'core/ROOT_UNREADABLE'],
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
      ...(isInvalidPipeline(error) && { diagnostics: error.diagnostics }),
    },
  };
}

function exitCodeOf(codes: readonly (string | undefined)[]): ExitCode {
  if (codes.some((code) => code !== undefined && usageCodes.has(code))) return exitCodes.badUsage;
  if (codes.some((code) => code !== undefined && environmentCodes.has(code))) return exitCodes.badEnvironment;
  return exitCodes.stageFailed;
}

function headOf(error: unknown): string {
  if (isInvalidPipeline(error)) return error.message;
  if (!(error instanceof Error)) return String(error);
  return error.name === 'SluiceError' ? `${codeOf(error) ?? ''}: ${error.message}` : (error.stack ?? error.message);
}

/** By code and name: a stage package may bring a copy of core of its own, and so does the bundled command. */
const isInvalidPipeline = (error: unknown): error is InvalidPipeline => codeOf(error) === 'core/INVALID_PIPELINE';

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
