import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { CacheRecord } from '../items/cache-record.js';
import type { Manifest } from '../run/observers/write-manifest.js';
import { readManifest } from '../run/read-manifest.js';

/** What an earlier run has written down of its stages and their items. */
export interface RunRecord {
  readonly name: string;
  readonly folder: string;
  readonly manifest: Manifest;
  /** Of each pure stage, its items by label. */
  readonly items: ReadonlyMap<string, ReadonlyMap<string, CacheRecord>>;
}

/** Reads a run folder; nothing where it holds no manifest that can be read. */
export async function readRunRecord(folder: string): Promise<RunRecord | undefined> {
  const reading = await readManifest(folder);
  if ('problem' in reading) return undefined;
  return { name: basename(folder), folder, manifest: reading.manifest, items: await readItems(folder) };
}

/** The latest run below `runsDir`, of one pipeline or of any, by when it started. */
export async function latestRun(runsDir: string, pipeline?: string): Promise<RunRecord | undefined> {
  const names = await readdir(runsDir).catch((): string[] => []);
  const readings = await Promise.all(
    names.map(async (name) => ({ name, reading: await readManifest(join(runsDir, name)) })),
  );
  const runs = readings.flatMap(({ name, reading }) => ('manifest' in reading ? [{ name, ...reading }] : []));
  const [latest] = runs
    .filter(({ manifest }) => pipeline === undefined || manifest.pipeline.name === pipeline)
    .sort((a, b) => (a.manifest.startedAt < b.manifest.startedAt ? 1 : -1));
  if (latest === undefined) return undefined;
  const { name, manifest } = latest;
  const folder = join(runsDir, name);
  return { name, folder, manifest, items: await readItems(folder) };
}

async function readItems(folder: string): Promise<RunRecord['items']> {
  const text = await readFile(join(folder, 'items.jsonl'), 'utf8').catch(() => '');
  const items = new Map<string, Map<string, CacheRecord>>();
  for (const line of text.split('\n')) {
    // A line that was torn off by a crash is not there.
    const record = parsed(line) as (CacheRecord & { readonly stage: string }) | undefined;
    if (record === undefined) continue;
    const ofStage = items.get(record.stage) ?? new Map<string, CacheRecord>();
    items.set(record.stage, ofStage.set(record.item, record));
  }
  return items;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
