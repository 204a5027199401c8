import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { writeFileAtomic, type MetricValues, type PlainValue, type Selection } from '@sluice/core';
import { pipelinesErrors } from '../errors.js';

/** `sweep.json`: what a sweep was asked to do and how far it is. Written after every point. */
export interface SweepDocument {
  readonly sweep: string;
  readonly pipeline: string;
  /** What it was started with, to go on with the same. */
  readonly request: SweepRequest;
  readonly startedAt: string;
  /** Paths that are varied. */
  readonly axes: readonly string[];
  readonly points: readonly SweepPoint[];
}

export interface SweepRequest {
  /** Absolute path of the pipeline file. */
  readonly file: string;
  /** Folder that paths in `set` are relative to. */
  readonly cwd: string;
  readonly profiles: readonly string[];
  readonly set: readonly string[];
  /** Stages to run, and to make anew. */
  readonly selection: Selection;
}

export interface SweepPoint {
  /** Also of the folder that its runs lie in. */
  readonly name: string;
  readonly values: Readonly<Record<string, PlainValue>>;
  /** Of all that its run depends on: the resolved pipeline and the packages of its stages. */
  readonly digest: string;
  readonly status: 'waiting' | 'running' | 'succeeded' | 'failed' | 'cancelled';
  /** Folder of its latest run, relative to the sweep's. */
  readonly run?: string;
  readonly seconds?: number;
  /** Final metrics as `stage.metric`. */
  readonly metrics: MetricValues;
  readonly error?: { readonly stage?: string; readonly code: string; readonly message: string };
}

const fileName = 'sweep.json';

export async function writeSweep(folder: string, document: SweepDocument): Promise<void> {
  await writeFileAtomic(path.join(folder, fileName), `${JSON.stringify(document, undefined, 2)}\n`);
}

/** The record of a sweep that was begun before. */
export async function readSweep(folder: string): Promise<SweepDocument> {
  const file = path.join(folder, fileName);
  let found: unknown;
  try {
    found = JSON.parse(await readFile(file, 'utf8'));
  } catch (cause) {
    throw pipelinesErrors.BAD_SWEEP({ file, reason: 'it cannot be read' }, { cause });
  }
  const reason = faultOf(found);
  if (reason !== undefined) throw pipelinesErrors.BAD_SWEEP({ file, reason });
  return found as SweepDocument;
}

/** What is wrong with a record, of what is needed to go on with it. */
function faultOf(found: unknown): string | undefined {
  const { request, points, startedAt } = (found ?? {}) as Partial<Record<keyof SweepDocument, unknown>>;
  const { file, cwd, profiles, set, selection } = (request ?? {}) as Partial<Record<keyof SweepRequest, unknown>>;
  if (![file, cwd, startedAt].every(isText) || !isTexts(profiles) || !isTexts(set) || !isObject(selection))
    return 'it has no request';
  if (!Array.isArray(points)) return 'it has no list of points';
  const sound = points.every((point: unknown) => {
    const { name, digest, status, run, metrics } = (point ?? {}) as Partial<Record<keyof SweepPoint, unknown>>;
    return [name, digest, status, run ?? ''].every(isText) && isObject(metrics);
  });
  return sound ? undefined : 'one of its points has no name, digest, status or metrics';
}

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null;
const isText = (value: unknown): value is string => typeof value === 'string';
const isTexts = (value: unknown): value is readonly string[] => Array.isArray(value) && value.every(isText);
