import { SluiceError } from '../errors/define-errors.js';

/** One problem of a pipeline file. Lines and columns count from 1 and point at the exact scalar. */
export interface Diagnostic {
  /** Stable, for instance `unknown-option`. */
  readonly code: string;
  readonly severity: 'error' | 'warning';
  readonly message: string;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** Just behind the last character, on the same line. */
  readonly endColumn: number;
  /** The line itself. */
  readonly source: string;
  /** What to do about it, for instance `did you mean "samples"?` */
  readonly hint?: string;
  /** Other places that take part, for instance the other end of an edge. */
  readonly related?: readonly RelatedPlace[];
}

export interface RelatedPlace {
  readonly message: string;
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** A pipeline that cannot run, with everything that is wrong with it. */
export class InvalidPipeline extends SluiceError {
  readonly diagnostics: readonly Diagnostic[];

  constructor(message: string, diagnostics: readonly Diagnostic[]) {
    super('core/INVALID_PIPELINE', message);
    this.diagnostics = diagnostics;
  }
}

export function compareDiagnostics(a: Diagnostic, b: Diagnostic): number {
  if (a.file !== b.file) return a.file < b.file ? -1 : 1;
  return a.line - b.line || a.column - b.column;
}
