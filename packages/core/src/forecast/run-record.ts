import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { CacheRecord } from '../items/cache-record.js';
import type { Manifest } from '../run/observers/write-manifest.js';

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
  const manifest = parsed(await textOf(join(folder, 'manifest.json'))) as Manifest | undefined;
  if (typeof manifest?.run !== 'string' || typeof manifest.stages !== 'object') return undefined;
  const items = new Map<string, Map<string, CacheRecord>>();
  for (const line of ((await textOf(join(folder, 'items.jsonl'))) ?? '').split('\n')) {
    // A line that was torn off by a crash is not there.
    const record = parsed(line) as (CacheRecord & { readonly stage: string }) | undefined;
    if (record === undefined) continue;
    const ofStage = items.get(record.stage) ?? new Map<string, CacheRecord>();
    items.set(record.stage, ofStage.set(record.item, record));
  }
  return { name: basename(folder), folder, manifest, items };
}

/** The latest run below `runsDir`, of one pipeline or of any, by when it started. */
export async function latestRun(runsDir: string, pipeline?: string): Promise<RunRecord | undefined> {
  const names = await readdir(runsDir).catch((): string[] => []);
  const started = names.map(async (name) => {
    const manifest = parsed(await textOf(join(runsDir, name, 'manifest.json'))) as Manifest | undefined;
    const found = (manifest?.pipeline as { readonly name?: string } | undefined)?.name;
    const wanted = found !== undefined && (pipeline === undefined || found === pipeline);
    return wanted && manifest !== undefined ? [{ name, startedAt: manifest.startedAt }] : [];
  });
  const runs = (await Promise.all(started)).flat().sort((a, b) => (a.startedAt < b.startedAt ? 1 : -1));
  return runs[0] === undefined ? undefined : readRunRecord(join(runsDir, runs[0].name));
}

async function textOf(file: string): Promise<string | undefined> {
  return readFile(file, 'utf8').catch(() => undefined);
}

function parsed(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
