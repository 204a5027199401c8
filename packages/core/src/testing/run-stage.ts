import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Static } from '@sinclair/typebox';
import type { Observable } from 'rxjs';
import { coreErrors } from '../errors/core-errors.js';
import { checkOptions } from '../options/check-options.js';
import { openRunFolder } from '../run/create-run-folder.js';
import type { EdgeStatistics, StageEvent } from '../run/run-event.js';
import type { RunFolder } from '../run/run-folder.js';
import { runOneStage } from '../run/run-one-stage.js';
import type { AnyStage } from '../stage/any-stage.js';
import type {
  InputPorts,
  ItemOf,
  OutputPorts,
  OutputStreams,
  Services,
  ServiceTokens,
  StageDefinition,
} from '../stage/define-stage.js';

/** Items for an input: a list, an iterator, a stream, or, to close a loop, a function of the stage's own output streams. */
export type TestInput<T, O> =
  Iterable<T> | AsyncIterable<T> | Observable<T> | ((outputs: OutputStreams<O>) => Observable<T>);

export interface StageTest<I, O, C, S> {
  /** As in `with:`; checked against the stage's schema, and defaults are filled in. */
  readonly options?: C;
  readonly services?: Services<S>;
  readonly inputs?: { readonly [K in keyof I]?: TestInput<ItemOf<I[K]>, O> };
  readonly seed?: number;
  /** Items in flight on each edge at most. */
  readonly bound?: number;
  /** Folder to run in; without it a temporary one, which goes when the process ends. */
  readonly folder?: string;
  readonly signal?: AbortSignal;
}

export interface StageTestResult<O> {
  readonly outputs: { readonly [K in keyof O]: ItemOf<O[K]>[] };
  readonly events: readonly StageEvent[];
  readonly run: RunFolder;
  readonly edges: readonly EdgeStatistics[];
}

/** Runs one stage on bounded edges, as a pipeline does, until it has finished. Rejects with what the stage threw. */
export async function runStage<
  I extends InputPorts,
  O extends OutputPorts,
  C extends StageDefinition['options'],
  S extends ServiceTokens,
>(
  definition: StageDefinition<I, O, C, S>,
  test: StageTest<I, O, Partial<Static<C>>, S> = {},
): Promise<StageTestResult<O>> {
  const stage: AnyStage = definition;
  const { value, problems } = checkOptions(stage.options, test.options);
  if (problems.length > 0) {
    throw coreErrors.BAD_OPTIONS({ stage: stage.type, problems: problems.map(({ message }) => message) });
  }
  const run = openRunFolder(test.folder ?? (await temporaryFolder()), 'test');
  const { services = {}, inputs = {}, seed = 0, bound, signal } = test;
  const result = await runOneStage({
    ...{ stage, options: value, services, inputs, seed, run },
    ...(bound !== undefined && { bound }),
    ...(signal && { signal }),
  });
  return { ...result, outputs: result.outputs as StageTestResult<O>['outputs'], run };
}

/** Folders of this process; they go with it. */
let temporary: string[] | undefined;

async function temporaryFolder(): Promise<string> {
  const folders = (temporary ??= folderList());
  const folder = await mkdtemp(join(tmpdir(), 'sluice-stage-'));
  folders.push(folder);
  return folder;
}

function folderList(): string[] {
  const folders: string[] = [];
  process.once('exit', () => {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  });
  return folders;
}
