import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { concatMap, filter, lastValueFrom } from 'rxjs';
import { stringify } from 'csv-stringify/sync';
import { coreErrors } from '../../errors/core-errors.js';
import { writeFileAtomic } from '../../files/write-file-atomic.js';
import type { MetricValues } from '../run-event.js';
import { openLineFile, type LineFile } from './append-lines.js';
import type { RunObserver } from './run-observer.js';

/** Columns of every row: seconds since the run started, the stage's id, and what the row is about. */
const FIXED = ['seconds', 'stage', 'scope'];

type Row = Readonly<Record<string, number | string | null>>;

/**
 * `metrics.jsonl`, a line a row, and `metrics.csv`, whose columns are all that any row has: a row with a new column makes it be
 * written anew from the JSON Lines. Numbers are written as ECMAScript prints them, so that reading gives the same number back.
 */
export const writeMetrics: RunObserver = async (events, { run, now, startedAt }) => {
  const table = new MetricsTable(join(run.root, 'metrics.csv'), join(run.root, 'metrics.jsonl'));
  const rows = events.pipe(
    filter((event) => event.type === 'metric'),
    concatMap(({ stage, scope, values }) => {
      const reserved = FIXED.find((column) => Object.hasOwn(values, column));
      if (reserved !== undefined) throw coreErrors.RESERVED_METRIC({ stage, column: reserved });
      const seconds = (now().getTime() - startedAt.getTime()) / 1000;
      return table.add({ seconds, stage, scope, ...jsonSafe(values) });
    }),
  );
  try {
    await lastValueFrom(rows, { defaultValue: undefined });
  } finally {
    table.close();
  }
};

class MetricsTable {
  readonly #csvPath: string;
  readonly #jsonlPath: string;
  readonly #jsonl: LineFile;
  #csv: LineFile;
  #columns: string[] = [];

  constructor(csvPath: string, jsonlPath: string) {
    this.#csvPath = csvPath;
    this.#jsonlPath = jsonlPath;
    this.#jsonl = openLineFile(jsonlPath);
    this.#csv = openLineFile(csvPath);
  }

  async add(row: Row): Promise<void> {
    this.#jsonl.append(JSON.stringify(row));
    const added = Object.keys(row).filter((column) => !this.#columns.includes(column));
    if (added.length === 0) {
      this.#csv.append(line(row, this.#columns));
      return;
    }
    this.#columns = [...this.#columns, ...added];
    await this.#rewrite();
  }

  close(): void {
    this.#jsonl.close();
    this.#csv.close();
  }

  async #rewrite(): Promise<void> {
    this.#csv.close();
    const rows = (await readFile(this.#jsonlPath, 'utf8'))
      .trimEnd()
      .split('\n')
      .map((text) => JSON.parse(text) as Row);
    const lines = [line(header(this.#columns), this.#columns), ...rows.map((row) => line(row, this.#columns))];
    await writeFileAtomic(this.#csvPath, `${lines.join('\n')}\n`);
    this.#csv = openLineFile(this.#csvPath);
  }
}

function header(columns: readonly string[]): Row {
  return Object.fromEntries(columns.map((column) => [column, column]));
}

function line(row: Row, columns: readonly string[]): string {
  return stringify([columns.map((column) => row[column] ?? '')], { cast: { number: String } }).trimEnd();
}

/** JSON has no NaN and no infinities: they are written as text in both files. */
function jsonSafe(values: MetricValues): MetricValues {
  return Object.fromEntries(
    Object.entries(values).map(([column, value]) => [
      column,
      typeof value === 'number' && !Number.isFinite(value) ? String(value) : value,
    ]),
  );
}
