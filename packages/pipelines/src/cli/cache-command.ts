import { collectGarbage, describeStore, verifyStore, type GarbageReport, type StoreDescription } from '@sluice/core';
import { cacheFolder } from '../cache-folder.js';
import { plural } from '../progress/describe-stage.js';
import { formatBytes } from '../progress/format-bytes.js';
import { formatTable } from '../progress/format-table.js';
import { exitCodes, type ExitCode } from './exit-codes.js';
import type { Terminal } from './terminal.js';

interface CacheOptions {
  readonly cacheDir?: string;
  readonly json?: boolean;
}

export interface ListOptions extends CacheOptions {
  readonly keys?: boolean;
}

export interface GcOptions extends CacheOptions {
  /** Bytes. */
  readonly maxSize?: number;
  /** Milliseconds. */
  readonly olderThan?: number;
  readonly dryRun?: boolean;
}

export interface VerifyOptions extends CacheOptions {
  readonly repair?: boolean;
}

/** `sluice cache ls` */
export async function listCacheCommand(options: ListOptions, terminal: Terminal): Promise<ExitCode> {
  const cache = cacheFolder(options.cacheDir);
  const { entries, runs, temporary } = await describeStore(cache);
  const keys = options.keys === true ? entries : [];
  const document = {
    cache,
    ...sizeOf(entries),
    runs,
    temporary: sizeOf(temporary),
    ...(options.keys === true && {
      keys: keys.map(({ key, bytes, usedAt, runs }) => ({ key, bytes, usedAt: new Date(usedAt).toISOString(), runs })),
    }),
  };
  if (options.json) terminal.out(json(document));
  else {
    const head = [`cache  ${cache}`, `holds  ${sizeText(entries, 'entry')}`];
    if (temporary.length > 0)
      head.push(`       ${sizeText(temporary, 'file')} being written, or left by a process that was killed`);
    terminal.out([head.join('\n'), runTable(runs), keyTable(keys)].filter((part) => part !== '').join('\n\n') + '\n');
  }
  return exitCodes.ok;
}

/** `sluice cache gc` */
export async function collectCacheCommand(options: GcOptions, terminal: Terminal): Promise<ExitCode> {
  const { maxSize, olderThan, dryRun = false } = options;
  const cache = cacheFolder(options.cacheDir);
  const report = await collectGarbage(cache, {
    ...(maxSize !== undefined && { maxBytes: maxSize }),
    ...(olderThan !== undefined && { olderThanMs: olderThan }),
    dryRun,
    now: Date.now(),
  });
  const { removed, kept, referenced, leftovers, goneRuns } = report;
  if (options.json) {
    terminal.out(
      json({
        cache,
        dryRun,
        removed: { ...sizeOf(removed), keys: removed.map(({ key }) => key) },
        kept: sizeOf(kept),
        referenced: sizeOf(referenced),
        leftovers: sizeOf(leftovers),
        goneRuns,
      }),
    );
  } else terminal.out(`cache  ${cache}\n${garbageText(report, dryRun)}`);
  const over = sizeOf(kept).bytes - (maxSize ?? Infinity);
  if (over > 0)
    terminal.err(
      `The cache holds ${formatBytes(over)} more than asked for: runs keep it. Delete run folders to free more.\n`,
    );
  return exitCodes.ok;
}

/** `sluice cache verify` */
export async function verifyCacheCommand(options: VerifyOptions, terminal: Terminal): Promise<ExitCode> {
  const { repair = false } = options;
  const cache = cacheFolder(options.cacheDir);
  const { intact, bytes, damaged } = await verifyStore(cache, { repair });
  const entries = intact + damaged.length;
  if (options.json) {
    const list = damaged.map(({ key, path, bytes }) => ({ key, path, bytes }));
    terminal.out(json({ cache, entries, bytes, damaged: list, repaired: repair }));
  } else {
    terminal.out(`cache  ${cache}\n`);
    for (const { path } of damaged) terminal.out(`${repair ? 'removed' : 'damaged'}  ${path}\n`);
    terminal.out(`${damaged.length} of ${countText(entries, 'entry')} (${formatBytes(bytes)}) damaged\n`);
    if (damaged.length > 0 && !repair)
      terminal.err('`sluice cache verify --repair` removes what is damaged; a run that needs it makes it again.\n');
  }
  return damaged.length > 0 && !repair ? exitCodes.stageFailed : exitCodes.ok;
}

function garbageText({ removed, kept, referenced, leftovers, goneRuns }: GarbageReport, dryRun: boolean): string {
  const verb = dryRun ? 'would remove' : 'removed';
  const lines = [`${verb} ${sizeText(removed, 'entry')}`];
  if (leftovers.length > 0) lines.push(`${verb} ${sizeText(leftovers, 'file')} of processes that were killed`);
  for (const folder of goneRuns)
    lines.push(`${dryRun ? 'would forget' : 'forgot'} the run ${folder}, whose folder is gone`);
  lines.push(
    `${dryRun ? 'would keep' : 'kept'} ${sizeText(kept, 'entry')}; runs refer to ${sizeText(referenced, 'entry')}`,
  );
  return `${lines.join('\n')}\n`;
}

function runTable(runs: StoreDescription['runs']): string {
  if (runs.length === 0) return 'No run keeps any of it.';
  const rows = runs.map(({ folder, entries, bytes }) => [folder, String(entries), formatBytes(bytes)]);
  return formatTable([['kept by run', 'entries', 'size'], ...rows]);
}

function keyTable(entries: StoreDescription['entries']): string {
  if (entries.length === 0) return '';
  const rows = entries.map(({ key, bytes, usedAt, runs }) => [
    key,
    formatBytes(bytes),
    new Date(usedAt).toISOString().slice(0, 19).replace('T', ' '),
    runs.join(', '),
  ]);
  return formatTable([['key', 'size', 'last used (UTC)', 'kept by'], ...rows]);
}

const sizeOf = (
  files: readonly { readonly bytes: number }[],
): { readonly entries: number; readonly bytes: number } => ({
  entries: files.length,
  bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
});

const countText = (count: number, noun: 'entry' | 'file'): string =>
  noun === 'entry' ? (count === 1 ? '1 entry' : `${count} entries`) : plural(count, noun);

const sizeText = (files: readonly { readonly bytes: number }[], noun: 'entry' | 'file'): string =>
  `${countText(files.length, noun)}, ${formatBytes(sizeOf(files).bytes)}`;

const json = (document: unknown): string => `${JSON.stringify(document, undefined, 2)}\n`;
