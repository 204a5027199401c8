import type { Assignment } from './assign.js';
import { compareDiagnostics, type Diagnostic } from './diagnostic.js';
import type { Report } from './problem.js';
import { positionOf, type FilePosition } from './source-text.js';

/** All that is reported on one pipeline; the same problem of several points of a sweep is kept once. */
export interface Problems {
  /** For what concerns the file as a whole. */
  readonly report: Report;
  /** For one of so many points of a sweep. */
  readonly of: (point: readonly Assignment[], points: number) => Report;
  readonly none: () => boolean;
  /** In order of line and column. */
  readonly all: () => readonly Diagnostic[];
}

interface Kept {
  readonly diagnostic: Diagnostic;
  /** The first point that has the problem. */
  readonly point: readonly Assignment[];
  readonly in: Set<readonly Assignment[]>;
  readonly points: number;
}

export function collectProblems(): Problems {
  const kept = new Map<string, Kept>();
  const keep = (diagnostic: Diagnostic, point: readonly Assignment[], points: number): void => {
    const { code, file, line, column, message } = diagnostic;
    const key = JSON.stringify([code, file, line, column, message]);
    const before = kept.get(key);
    if (before === undefined) kept.set(key, { diagnostic, point, in: new Set([point]), points });
    else before.in.add(point);
  };
  return {
    report: (diagnostic) => keep(diagnostic, [], 1),
    of: (point, points) => (diagnostic) => keep(diagnostic, point, points),
    none: () => kept.size === 0,
    all: () => [...kept.values()].map(withPoint).sort(compareDiagnostics),
  };
}

/** A problem of some points only says of one of them what its values are, unless it stands at such a value anyway. */
function withPoint({ diagnostic, point, in: concerned, points }: Kept): Diagnostic {
  if (concerned.size === points || point.some((assignment) => isAt(diagnostic, assignment))) return diagnostic;
  const values = point.map(({ steps, value }) => ({
    message: `with ${steps.map(({ name }) => name).join('.')} as here`,
    ...positionOf(value.place),
  }));
  return { ...diagnostic, related: [...(diagnostic.related ?? []), ...values] };
}

function isAt({ file, line, column }: Diagnostic, { value: { place } }: Assignment): boolean {
  const start = positionOf(place);
  const end = { file: start.file, ...place.source.position(place.end) };
  const here: FilePosition = { file, line, column };
  return file === start.file && compare(start, here) <= 0 && compare(here, end) <= 0;
}

const compare = (a: FilePosition, b: FilePosition): number => a.line - b.line || a.column - b.column;
