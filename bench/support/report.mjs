/**
 * A Markdown table; columns are padded so that it reads well on a terminal, too.
 * @param {readonly string[]} head
 * @param {readonly (readonly (string | number)[])[]} rows
 * @returns {string}
 */
export function table(head, rows) {
  const cells = [head, ...rows].map((row) => row.map(String));
  const widths = head.map((_, column) => Math.max(3, ...cells.map((row) => row[column].length)));
  const line = (/** @type {readonly string[]} */ row) =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`;
  return [line(cells[0]), line(widths.map((width) => '-'.repeat(width))), ...cells.slice(1).map(line)].join('\n');
}

/**
 * The machine-readable last line of a benchmark.
 * @param {Readonly<Record<string, unknown>>} fields
 */
export function printResult(fields) {
  console.log(`RESULT ${JSON.stringify(fields)}`);
}
