import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import type { Manifest } from './observers/write-manifest.js';

/** A run folder's manifest, or why it can't be read. */
export type ManifestReading = { readonly manifest: Manifest } | { readonly problem: string };

const counts = Type.Record(Type.String(), Type.Number());
const identity = Type.Optional(Type.Object({ name: Type.String(), version: Type.String() }));

/** What `Manifest` says, for files that another release or another program may have written: more keys are allowed. */
const schema = Type.Object({
  run: Type.String(),
  status: Type.Union(['running', 'succeeded', 'failed', 'cancelled'].map((status) => Type.Literal(status))),
  startedAt: Type.String({ pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d' }),
  endedAt: Type.Optional(Type.String()),
  seconds: Type.Optional(Type.Number()),
  process: Type.Optional(
    Type.Object({ pid: Type.Number(), host: Type.String(), started: Type.Optional(Type.String()) }),
  ),
  pipeline: Type.Object({ name: Type.String(), file: Type.String(), sha256: Type.String() }),
  seed: Type.Number(),
  sluice: identity,
  node: Type.String(),
  platform: Type.String(),
  cpus: Type.Number(),
  facts: Type.Record(Type.String(), Type.Unknown()),
  services: Type.Record(Type.String(), Type.String()),
  serviceFacts: Type.Optional(Type.Record(Type.String(), Type.Record(Type.String(), Type.String()))),
  stages: Type.Record(
    Type.String(),
    Type.Object({
      uses: Type.String(),
      package: identity,
      seconds: Type.Optional(Type.Number()),
      counts,
      skipped: counts,
    }),
  ),
  counts,
  artifacts: Type.Array(Type.Object({ stage: Type.String(), name: Type.String(), path: Type.String() })),
  edges: Type.Array(
    Type.Object({ edge: Type.String(), items: Type.Number(), peak: Type.Number(), bound: Type.Number() }),
  ),
  error: Type.Optional(
    Type.Object({ stage: Type.Optional(Type.String()), code: Type.Optional(Type.String()), message: Type.String() }),
  ),
});

/** Reads `manifest.json` of a run folder. Whatever lies there instead is a problem in words, never an exception. */
export async function readManifest(folder: string): Promise<ManifestReading> {
  let text: string;
  try {
    text = await readFile(join(folder, 'manifest.json'), 'utf8');
  } catch (error) {
    const { code = String(error) } = error as NodeJS.ErrnoException;
    return { problem: code === 'ENOENT' ? 'it has no manifest.json' : `manifest.json can't be read (${code})` };
  }
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    return { problem: 'manifest.json is not JSON' };
  }
  const fault = Value.Errors(schema, content).First();
  if (fault === undefined) return { manifest: content as Manifest };
  return {
    problem: `manifest.json is not a run's: ${fault.path === '' ? 'at its root' : fault.path} ${fault.message}`,
  };
}
