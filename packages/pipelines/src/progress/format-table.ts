/** Rows as aligned columns, two spaces apart; columns that hold only numbers (below the head) are aligned right. */
export function formatTable(rows: readonly (readonly string[])[]): string {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...rows.map((row) => width(row[column] ?? ''))),
  );
  const right = widths.map((_, column) => rows.slice(1).every((row) => /^[-+\d.,e%\s]*$/.test(row[column] ?? '')));
  const line = (row: readonly string[]): string =>
    widths
      .map((size, column) => {
        const cell = row[column] ?? '';
        const blanks = ' '.repeat(size - width(cell));
        return right[column] ? blanks + cell : cell + blanks;
      })
      .join('  ')
      .trimEnd();
  return rows.map(line).join('\n');
}

/** Characters as a reader counts them. */
const width = (text: string): number => Array.from(text).length;
