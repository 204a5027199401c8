import type { Diagnostic } from './diagnostic.js';

/** Characters of a source line that are shown around a problem. */
const WIDTH = 120;

/** `file:line:column code message`, the line with a caret below the place, then related places and the hint. */
export function renderDiagnostic(diagnostic: Diagnostic): string {
  const { file, line, column, code, message, severity, hint } = diagnostic;
  const head = `${file}:${String(line)}:${String(column)} ${severity === 'warning' ? 'warning ' : ''}${code} ${message}`;
  const lines = [head, ...excerpt(diagnostic)];
  for (const each of diagnostic.related ?? []) {
    lines.push(`  ${each.file}:${String(each.line)}:${String(each.column)} ${each.message}`);
  }
  if (hint !== undefined) lines.push(`  ${hint}`);
  return lines.join('\n');
}

export function renderDiagnostics(diagnostics: readonly Diagnostic[]): string {
  return diagnostics.map(renderDiagnostic).join('\n\n');
}

function excerpt({ source, column, endColumn }: Diagnostic): readonly string[] {
  if (source.trim() === '') return [];
  const start = column - 1;
  const from = source.length <= WIDTH ? 0 : Math.max(0, Math.min(start - WIDTH / 2, source.length - WIDTH));
  const shown = printable(source.slice(from, from + WIDTH));
  const carets = Math.max(1, Math.min(endColumn - column, WIDTH - (start - from)));
  // Tabs stay tabs, so that the caret stands right whatever their width.
  const indent = shown.slice(0, start - from).replaceAll(/[^\t]/g, ' ');
  return [`  ${shown}`, `  ${indent}${'^'.repeat(carets)}`];
}

/** Control characters must not reach a terminal. */
function printable(text: string): string {
  // eslint-disable-next-line no-control-regex -- they are what is looked for
  return text.replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '\u{fffd}');
}
