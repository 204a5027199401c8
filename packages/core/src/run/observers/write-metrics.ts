import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { concatMap, EMPTY, lastValueFrom } from 'rxjs';
import { stringify } from 'csv-stringify/sync';
import { coreErrors } from '../../errors/core-errors.js';
import { writeFileAtomic } from '../../files/write-file-atomic.js';
import type { MetricValues, RunEvent } from '../run-event.js';
import { openLineFile, renewLineFile, type LineFile, type RenewedLineFile } from './append-lines.js';
import type { RunObserver } from './run-observer.js';

/** Columns of every row of the CSV: the stage's id, and what the row is about. */
const FIXED = ['stage', 'scope'];

/** What only a row of the JSON Lines has: seconds since the run started. */
const SECONDS = 'seconds';

type Row = Readonly<Record<string, number | string | null>>;

/**
 * `metrics.jsonl`, a line a row as it comes, with times and speeds; and `metrics.csv` without them, whose columns are all that any row has.
 * The CSV is written anew when a row brings a new column, and at the end in the stages' order: then it depends on nothing but the
 * results. Numbers are written as ECMAScript prints them, so that reading gives the same number back.
 */
export const writeMetrics: RunObserver = async (events, { run, plan, now, startedAt }) => {
  const table = new MetricsTable(
    run.root,
    plan.stages.map(({ id }) => id),
  );
  let complete = false;
  const rows = events.pipe(
    concatMap((event) => {
      complete ||= event.type === 'run-finished';
      if (event.type !== 'metric') return EMPTY;
      const seconds = (now().getTime() - startedAt.getTime()) / 1000;
      return table.add(rowOf(event), { [SECONDS]: seconds, ...jsonSafe(event.timing ?? {}) });
    }),
  );
  try {
    await lastValueFrom(rows, { defaultValue: undefined });
  } finally {
    await table.close(complete);
  }
};

function rowOf({ stage, scope, values, timing = {} }: Extract<RunEvent, { readonly type: 'metric' }>): Row {
  const reserved = [SECONDS, ...FIXED].find((name) => Object.hasOwn(values, name) || Object.hasOwn(timing, name));
  if (reserved !== undefined) throw coreErrors.RESERVED_METRIC({ stage, column: reserved });
  return { stage, scope, ...jsonSafe(values) };
}

class MetricsTable {
  readonly #csvPath: string;
  readonly #stages: readonly string[];
  readonly #jsonl: RenewedLineFile;
  #csv: LineFile;
  #columns: string[] = [...FIXED];
  /** Whether the CSV has all rows so far. A resumed run leaves the one before as it is until it has as many rows. */
  #live = false;

  constructor(folder: string, stages: readonly string[]) {
    this.#csvPath = join(folder, 'metrics.csv');
    this.#stages = stages;
    this.#jsonl = renewLineFile(join(folder, 'metrics.jsonl'));
    this.#csv = openLineFile(this.#csvPath);
  }

  async add(row: Row, timing: Row): Promise<void> {
    this.#jsonl.append(JSON.stringify({ ...timing, ...row }));
    const added = Object.keys(row).filter((column) => !this.#columns.includes(column));
    this.#columns = [...this.#columns, ...added];
    if (this.#live && added.length === 0) this.#csv.append(line(row, this.#columns));
    else if (this.#jsonl.renewed()) await this.#rewrite(await this.#rows());
  }

  async close(complete: boolean): Promise<void> {
    this.#jsonl.close(complete);
    this.#csv.close();
    if (!this.#jsonl.renewed()) return;
    const rows = await this.#rows();
    const ordered = this.#stages.flatMap((stage) => rows.filter((row) => row['stage'] === stage));
    const present = ordered.flatMap((row) => Object.keys(row)).filter((column) => this.#columns.includes(column));
    this.#columns = [...new Set([...FIXED, ...present])];
    if (rows.length > 0) await this.#rewrite(ordered);
    this.#csv.close();
  }

  async #rows(): Promise<readonly Row[]> {
    const path = this.#jsonl.path();
    if (!existsSync(path)) return [];
    const text = await readFile(path, 'utf8');
    return text
      .trimEnd()
      .split('\n')
      .map((each) => JSON.parse(each) as Row);
  }

  async #rewrite(rows: readonly Row[]): Promise<void> {
    this.#csv.close();
    const lines = [line(header(this.#columns), this.#columns), ...rows.map((row) => line(row, this.#columns))];
    await writeFileAtomic(this.#csvPath, `${lines.join('\n')}\n`);
    this.#csv = openLineFile(this.#csvPath);
    this.#live = true;
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
