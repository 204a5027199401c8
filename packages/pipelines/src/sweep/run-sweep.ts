import { access } from 'node:fs/promises';
import path from 'node:path';
import {
  canonicalDigest,
  createRunFolder,
  loadPoints,
  writeFileAtomic,
  type PipelinePlan,
  type PipelinePoint,
} from '@sluice/core';
import { failureOf } from '../cli/failure.js';
import { processTerminal } from '../cli/terminal.js';
import { pipelinesErrors } from '../errors.js';
import { loadOptions } from '../load-options.js';
import { selectPart } from '../load-selected.js';
import { runPlan, type RunFileOptions, type RunOutcome } from '../run-file.js';
import { readSweep, writeSweep, type SweepDocument, type SweepPoint } from './sweep-document.js';
import { sweepCsv } from './sweep-table.js';

export interface RunSweepOptions extends Omit<RunFileOptions, 'file' | 'replay'> {
  /** The pipeline file. @default that of the sweep in `folder` */
  readonly file?: string;
  /** A sweep that was begun before, to go on with: what has succeeded and is unchanged is not run again. @default a new one in `runsDir` */
  readonly folder?: string;
  /** Points that have been loaded from the file, with `loadOptions` of the same options. */
  readonly points?: readonly PipelinePoint[];
  readonly now?: () => Date;
}

export interface SweepOutcome {
  /** Absolute path. */
  readonly folder: string;
  readonly document: SweepDocument;
}

/**
 * Runs the points of a pipeline's matrix one after another, each in a folder of its own below the sweep's, which also gets
 * `sweep.json` and `sweep.csv`. A point that fails does not stop the others; the signal does.
 */
export async function runSweep(options: RunSweepOptions): Promise<SweepOutcome> {
  const { now = () => new Date(), runsDir = 'runs', terminal = processTerminal() } = options;
  const here = options.cwd ?? process.cwd();
  const folder = options.folder === undefined ? undefined : path.resolve(here, options.folder);
  const before = folder === undefined ? undefined : await readSweep(folder);
  const request = {
    file: options.file === undefined ? (before?.request.file ?? '') : path.resolve(here, options.file),
    cwd: options.cwd ?? before?.request.cwd ?? here,
    profiles: options.profiles ?? before?.request.profiles ?? [],
    set: options.set ?? before?.request.set ?? [],
    selection: options.selection ?? before?.request.selection ?? {},
  };
  const loaded = options.points ?? (await loadPoints(request.file, loadOptions({ ...options, ...request })));
  const { selection } = request;
  const points = await Promise.all(
    loaded.map(async ({ plan, ...point }) => ({ ...point, ...(await selectPart(plan, { selection })) })),
  );
  const [first] = points;
  const pipeline = first?.plan.name ?? '';
  const root = folder ?? (await newFolder(path.resolve(here, runsDir), pipeline, now()));
  let document: SweepDocument = {
    sweep: path.basename(root),
    pipeline,
    request,
    startedAt: before?.startedAt ?? now().toISOString(),
    axes: Object.keys(first?.values ?? {}),
    points: await Promise.all(points.map((point) => startOf(point, before?.points ?? [], root))),
  };
  const record = async (point: SweepPoint): Promise<void> => {
    document = { ...document, points: document.points.map((each) => (each.name === point.name ? point : each)) };
    await writeSweep(root, document);
    await writeFileAtomic(path.join(root, 'sweep.csv'), sweepCsv(document));
  };
  await writeSweep(root, document);
  for (const [index, { name, plan, reuse }] of points.entries()) {
    const point = document.points[index]!;
    if (options.signal?.aborted === true) break;
    if (point.status === 'succeeded') continue;
    if (options.quiet !== true) terminal.err(`point ${String(index + 1)} of ${String(points.length)}: ${name}\n`);
    await record({ ...point, status: 'running' });
    const outcome = await runPlan({ plan, reuse }, { ...options, runsDir: path.join(root, name) });
    await record(endOf(point, outcome, root));
  }
  await writeFileAtomic(path.join(root, 'sweep.csv'), sweepCsv(document));
  return { folder: root, document };
}

async function newFolder(runsDir: string, name: string, now: Date): Promise<string> {
  try {
    return (await createRunFolder(runsDir, name, now)).root;
  } catch (cause) {
    throw pipelinesErrors.RUN_FOLDER({ runsDir }, { cause });
  }
}

/** A point before it is run: as it ended before where that was a success, is unchanged, and its run is still there. */
async function startOf(
  { name, values, plan }: PipelinePoint,
  before: readonly SweepPoint[],
  root: string,
): Promise<SweepPoint> {
  const digest = digestOf(plan);
  const ended = before.find((point) => point.name === name);
  const counts = ended?.status === 'succeeded' && ended.digest === digest && ended.run !== undefined;
  if (counts && (await isThere(path.join(root, ended.run ?? '', 'manifest.json')))) return { ...ended, values };
  return { name, values, digest, status: 'waiting', metrics: {} };
}

const isThere = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );

function digestOf({ resolved, stages }: PipelinePlan): string {
  const packages = stages.map(({ id, package: identity }) => [id, identity ?? null]);
  return canonicalDigest({ resolved, packages });
}

function endOf({ name, values, digest }: SweepPoint, { status, failure }: RunOutcome, root: string): SweepPoint {
  const metrics = status.final.flatMap(({ stage, values: final }) =>
    Object.entries(final).map(([metric, value]) => [`${stage}.${metric}`, value] as const),
  );
  const { code, message } = failureOf(failure?.error).document;
  return {
    name,
    values,
    digest,
    status: failure === undefined ? 'succeeded' : failure.cancelled === true ? 'cancelled' : 'failed',
    run: path.relative(root, status.folder),
    ...(status.milliseconds !== undefined && { seconds: status.milliseconds / 1000 }),
    metrics: Object.fromEntries(metrics),
    ...(failure && { error: { ...(failure.stage !== undefined && { stage: failure.stage }), code, message } }),
  };
}
