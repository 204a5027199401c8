import { canonicalDigest } from '../files/canonical-digest.js';
import { openItemCache, type ItemCache } from '../items/item-cache.js';
import { keyPartsOf } from '../items/key-parts.js';
import { plainExecution } from '../items/stage-execution.js';
import { workOnItems, type ItemRun } from '../items/work-on-items.js';
import type { PipelinePlan, PlannedStage } from '../pipeline/plan.js';
import { CONTENT_STORE } from '../services/tokens.js';
import { connectStage, inputPort } from '../stage/any-stage.js';
import type { StageContext } from '../stage/stage-context.js';
import type { RunServices } from './resolve-services.js';
import type { RunEvent } from './run-event.js';
import type { RunFolder } from './run-folder.js';
import { StageFailure, type GraphStage } from './run-graph.js';
import type { RunLogger } from './run-logger.js';

/** What of earlier work a run uses. */
export interface Reuse {
  /** Stages that make everything anew. */
  readonly force?: ReadonlySet<string>;
  /** Stages that make nothing: what is not in the cache is an error. */
  readonly lookOnly?: ReadonlySet<string>;
  /** Digests of the only items that a stage works on. */
  readonly replay?: ReadonlyMap<string, ReadonlySet<string>>;
}

export interface OpenStagesOptions {
  readonly plan: PipelinePlan;
  readonly reuse: Reuse;
  readonly services: RunServices;
  readonly folder: RunFolder;
  readonly log: RunLogger;
  readonly emit: (event: RunEvent) => void;
  readonly signal: AbortSignal;
}

/** Gives every stage its services and its cache, ready to be wired. Rejects with a `StageFailure`. */
export async function openStages(options: OpenStagesOptions): Promise<readonly GraphStage[]> {
  const stages: GraphStage[] = [];
  for (const stage of options.plan.stages) {
    try {
      stages.push(await openStage(stage, options));
    } catch (error) {
      throw new StageFailure(stage.id, error);
    }
  }
  return stages;
}

async function openStage(stage: PlannedStage, options: OpenStagesOptions): Promise<GraphStage> {
  const { id, definition, inputs } = stage;
  const services = await options.services.of(stage);
  const context = stageContext(stage, options);
  const { items } = definition;
  const closesLoop = (port: string): boolean => {
    const declared = definition.inputs[port];
    return declared !== undefined && inputPort(declared).feedback;
  };
  const connect =
    items === undefined
      ? connectStage(definition, stage.options, services, context)
      : workOnItems(items, { options: stage.options, services, context }, await itemRun(stage, options));
  return { id, inputs, feedback: new Set(Object.keys(inputs).filter(closesLoop)), connect };
}

function stageContext({ id }: PlannedStage, { plan, folder, log, emit, signal }: OpenStagesOptions): StageContext {
  return {
    id,
    seed: plan.seed,
    run: folder,
    logger: log.child(id),
    report: (event) => emit({ ...event, stage: id }),
    signal,
  };
}

async function itemRun(stage: PlannedStage, options: OpenStagesOptions): Promise<ItemRun> {
  const { id, definition } = stage;
  const { emit, reuse } = options;
  const identity = definition.items?.pure?.identity ?? ((item: unknown) => item);
  const wanted = reuse.replay?.get(id);
  const cache = await itemCache(stage, options);
  return {
    execution: stage.execution ?? plainExecution,
    ...(cache && { cache }),
    digestOf: (item) => digestOf(identity(item)),
    ...(wanted && { accepts: (digest: string | undefined) => digest !== undefined && wanted.has(digest) }),
    deadLetter: ({ item, digest, attempts, error }) => {
      emit({ type: 'dead-letter', stage: id, item, digest, attempts, error });
      emit({ type: 'skipped', stage: id, reason: `dead letter: ${codeOf(error)}`, item });
    },
  };
}

/** Nothing for a stage whose results are not kept, or where no store is bound. */
async function itemCache(
  stage: PlannedStage,
  { plan, reuse, services, emit }: OpenStagesOptions,
): Promise<ItemCache | undefined> {
  const { id, definition } = stage;
  const { items } = definition;
  if (items?.pure === undefined) return undefined;
  const store = await services.find(CONTENT_STORE);
  if (store === undefined) return undefined;
  const parts = await keyPartsOf(stage, plan);
  emit({ type: 'cache-key', stage: id, parts });
  return openItemCache({
    store,
    purity: items.pure,
    parts,
    force: reuse.force?.has(id) ?? false,
    lookOnly: reuse.lookOnly?.has(id) ?? false,
    record: (record) => {
      emit({ type: 'item-cached', stage: id, ...record });
      const what = `${items.output} ${record.outcome === 'hit' ? 'from the cache' : 'made'}`;
      emit({ type: 'counted', stage: id, what, count: 1 });
    },
  });
}

/** Digest of the part of an item that JSON can hold; nothing where it can hold none. */
function digestOf(item: unknown): string | undefined {
  try {
    return canonicalDigest(JSON.parse(JSON.stringify(item)));
  } catch {
    return undefined;
  }
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'error';
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}
