import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Container } from 'inversify';
import { lastValueFrom } from 'rxjs';
import { coreErrors } from '../errors/core-errors.js';
import { itemKey, lookUp, type ItemCache } from '../items/item-cache.js';
import type { KeyParts } from '../items/cache-record.js';
import { keyPartsOf } from '../items/key-parts.js';
import { plainExecution } from '../items/stage-execution.js';
import { workOnItems } from '../items/work-on-items.js';
import type { PipelinePlan, PlannedStage } from '../pipeline/plan.js';
import { openRunFolder } from '../run/create-run-folder.js';
import type { Reuse } from '../run/open-stages.js';
import type { RunFolder } from '../run/run-folder.js';
import { openRunServices, type RunServices } from '../run/resolve-services.js';
import { silentLogger } from '../run/run-one-stage.js';
import { runGraph, StageFailure, type GraphStage } from '../run/run-graph.js';
import type { ContentStore } from '../services/content-store.js';
import type { Logger } from '../services/logger.js';
import { CONTENT_STORE } from '../services/tokens.js';
import { connectStage } from '../stage/any-stage.js';
import type { StageContext } from '../stage/stage-context.js';
import { missReason } from './miss-reason.js';
import type { RunRecord } from './run-record.js';

export interface PlanRunOptions {
  readonly container?: Container;
  readonly reuse?: Reuse;
  /** The run that misses are explained by. */
  readonly versus?: RunRecord;
  readonly logger?: Logger;
}

/** What a run would do. */
export interface RunForecast {
  readonly pipeline: string;
  /** Name of the run that misses are explained by. */
  readonly versus: string | undefined;
  readonly stages: readonly StageForecast[];
}

export interface StageForecast {
  readonly id: string;
  readonly uses: string;
  /**
   * `list`: cheap, it was done for this forecast; `cache`: all its results are there; `make`: some or all are not;
   * `run`: it sees whole streams or has effects, so it runs; `wait`: what it gets is not known before other stages have run.
   */
  readonly action: 'list' | 'cache' | 'make' | 'run' | 'wait';
  /** Items that it gets or lists, as far as that is known. */
  readonly items: number;
  readonly hits: number;
  readonly misses: number;
  readonly reasons: readonly {
    readonly reason: string;
    readonly items: number;
    readonly examples: readonly string[];
  }[];
  /** Of a pure stage. */
  readonly key?: KeyParts;
}

/** Says for each stage what a run would do and why. Runs only stages that say that they are light, and looks into the cache. */
export async function planRun(plan: PipelinePlan, options: PlanRunOptions = {}): Promise<RunForecast> {
  const logger = options.logger ?? silentLogger;
  // A light stage may need a place for a while, to unpack an archive say.
  const folder = await mkdtemp(join(tmpdir(), 'sluice-plan-'));
  try {
    const services = await openRunServices(options.container, plan.modules, logger);
    try {
      return await forecast(plan, services, openRunFolder(folder, plan.name), logger, options);
    } finally {
      await services.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What is found out of one stage while the light part of the graph runs. */
interface Finding {
  items: number;
  hits: number;
  readonly reasons: Map<string, string[]>;
  key?: KeyParts;
}

async function forecast(
  plan: PipelinePlan,
  services: RunServices,
  folder: RunFolder,
  logger: Logger,
  { reuse = {}, versus }: PlanRunOptions,
): Promise<RunForecast> {
  const store = await services.find(CONTENT_STORE);
  const foreseen = new Map<string, Finding>();
  const graph: GraphStage[] = [];
  for (const stage of plan.stages) {
    const { items, light = false } = stage.definition;
    const sources = sourcesOf(stage);
    const known = sources.every((source) => foreseen.has(source));
    if (!known || !(light || (items?.pure !== undefined && store !== undefined))) continue;
    const finding: Finding = { items: 0, hits: 0, reasons: new Map() };
    foreseen.set(stage.id, finding);
    const context = planningContext(stage, plan, folder, logger);
    const connect =
      items?.pure === undefined
        ? await lightStage(stage, services, context)
        : await pureStage(stage, plan, store!, context, finding, reuse, versus);
    graph.push({ id: stage.id, inputs: stage.inputs, feedback: new Set(), connect });
  }
  await drive(graph, (stage) => foreseen.get(stage)!.items++);
  return {
    pipeline: plan.name,
    versus: versus?.name,
    stages: plan.stages.map((stage) => stageForecast(stage, foreseen)),
  };
}

const sourcesOf = ({ inputs }: PlannedStage): readonly string[] =>
  Object.values(inputs)
    .flat()
    .map(({ stage }) => stage);

async function lightStage(
  stage: PlannedStage,
  services: RunServices,
  context: StageContext,
): Promise<GraphStage['connect']> {
  return connectStage(stage.definition, stage.options, await services.of(stage), context);
}

/** A pure stage that only looks: results that are there go on, the others are counted by reason. */
async function pureStage(
  stage: PlannedStage,
  plan: PipelinePlan,
  store: ContentStore,
  context: StageContext,
  finding: Finding,
  reuse: Reuse,
  versus: RunRecord | undefined,
): Promise<GraphStage['connect']> {
  const { definition, options, id } = stage;
  const purity = definition.items!.pure!;
  const parts = (finding.key = await keyPartsOf(stage, plan));
  const forced = reuse.force?.has(id) === true;
  const cache: ItemCache = {
    kept: async (item, label) => {
      const { key, input } = itemKey(purity, parts, item);
      const found = forced ? undefined : await lookUp(store, purity, key);
      if (found === undefined) {
        const reason = forced ? 'forced' : missReason({ stage: id, item: label, key, input }, parts, versus);
        finding.reasons.set(reason, [...(finding.reasons.get(reason) ?? []), label]);
        throw coreErrors.NOT_IN_CACHE({ item: label });
      }
      finding.hits++;
      if (purity.keeps === 'json')
        return { key, value: JSON.parse(new TextDecoder().decode(found.content)) as unknown };
      return { key, read: async () => (await store.read(key)) ?? new Uint8Array() };
    },
  };
  return workOnItems(
    definition.items!,
    { options, services: inert(definition.services), context },
    {
      execution: { ...plainExecution, onItemError: 'dead-letter' },
      cache,
      digestOf: () => undefined,
      deadLetter: ({ error }) => {
        if (!(error instanceof Error && 'code' in error && error.code === 'core/NOT_IN_CACHE')) throw error;
      },
    },
  );
}

/** Stand-ins for services: a stage that only looks uses none. */
function inert(tokens: object): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.keys(tokens).map((name) => [name, {}]));
}

function planningContext({ id }: PlannedStage, { seed }: PipelinePlan, run: RunFolder, logger: Logger): StageContext {
  return { id, seed, run, logger, report: () => undefined, signal: new AbortController().signal };
}

async function drive(stages: readonly GraphStage[], count: (stage: string) => void): Promise<void> {
  const graph = runGraph(stages, { onItem: ({ stage }) => count(stage) });
  try {
    await lastValueFrom(graph.events, { defaultValue: undefined });
  } catch (failure) {
    throw failure instanceof StageFailure ? failure.error : failure;
  } finally {
    await graph.settled();
  }
}

function stageForecast(stage: PlannedStage, foreseen: ReadonlyMap<string, Finding>): StageForecast {
  const { id, uses, definition } = stage;
  const finding = foreseen.get(id);
  const unsettled = sourcesOf(stage).filter((source) => !isSettled(source, foreseen));
  if (finding === undefined) {
    const waits = definition.items !== undefined || definition.light === true;
    const reason = waits
      ? `what it gets is known when ${unsettled.join(', ')} has run`
      : 'it sees its streams whole or writes files';
    return {
      id,
      uses,
      action: waits ? 'wait' : 'run',
      items: 0,
      hits: 0,
      misses: 0,
      reasons: [{ reason, items: 0, examples: [] }],
    };
  }
  const reasons = [...finding.reasons].map(([reason, labels]) => ({
    reason,
    items: labels.length,
    examples: labels.slice(0, 3),
  }));
  if (unsettled.length > 0)
    reasons.push({ reason: `${unsettled.join(', ')} makes more items first`, items: 0, examples: [] });
  const misses = reasons.reduce((sum, each) => sum + each.items, 0);
  const { hits } = finding;
  if (definition.items?.pure === undefined)
    return { id, uses, action: 'list', items: finding.items, hits, misses, reasons };
  const action = misses > 0 ? 'make' : unsettled.length > 0 ? 'wait' : 'cache';
  return { id, uses, action, items: hits + misses, hits, misses, reasons, ...(finding.key && { key: finding.key }) };
}

/** All items that a stage will give have been seen. */
function isSettled(id: string, foreseen: ReadonlyMap<string, Finding>): boolean {
  const finding = foreseen.get(id);
  return finding !== undefined && finding.reasons.size === 0;
}
