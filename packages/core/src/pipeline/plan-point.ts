import { dirname } from 'node:path';
import { inputPort } from '../stage/any-stage.js';
import type { StageRegistry } from '../registry/stage-registry.js';
import { checkPresence } from './check-presence.js';
import { checkServices, type ServiceChoices } from './check-services.js';
import { checkStageOptions } from './check-stage-options.js';
import { checkStructure } from './check-structure.js';
import { checkTests } from './check-tests.js';
import { topologicalOrder } from './find-cycles.js';
import { interpolate } from './interpolate.js';
import { linkEdges, type LinkedInputs } from './link-edges.js';
import { entryOf, toPlainValue, type LocatedMap, type LocatedNode } from './located-node.js';
import type { PipelinePlan, PlannedStage } from './plan.js';
import type { Report } from './problem.js';
import { resolveStages, textOf, type DraftStage } from './resolve-stages.js';
import type { StageExecution } from '../items/stage-execution.js';
import { checkExecution, writtenExecution } from './stage-execution.js';
import { valueOrigins } from './value-origins.js';

/** What is the same for all points of a sweep. */
export interface PointContext {
  /** Absolute path of the pipeline file. */
  readonly file: string;
  readonly digest: string;
  readonly registry: StageRegistry;
  readonly services: ServiceChoices;
}

/** Checks one pipeline, whose layers have been put together, and plans it; nothing comes back where anything was reported. */
export async function planPoint(
  merged: LocatedNode,
  { file, digest, registry, services: choices }: PointContext,
  tell: Report,
): Promise<PipelinePlan | undefined> {
  let sound = true as boolean;
  const report: Report = (diagnostic) => {
    sound = false;
    tell(diagnostic);
  };
  const folder = dirname(file);
  const root = checkStructure(interpolate(merged, report), report);
  if (root === undefined) return undefined;
  const drafts = await resolveStages(root, registry, report);
  const options = new Map(drafts.map((stage) => [stage.id, checkStageOptions(stage, folder, report)]));
  const execution = new Map(drafts.map((stage) => [stage.id, checkExecution(stage, report)]));
  const inputs = linkEdges(drafts, report);
  const tests = checkTests(root, drafts, options, folder, report);
  const { written, ...services } = await checkServices(root, choices, folder, report);
  if (sound) await checkPresence(drafts, options, report);
  if (!sound) return undefined;
  const stages = order(drafts, inputs, options, execution);
  const seed = Number(toPlainValue(entryOf(root, 'seed')?.value ?? { kind: 'scalar', value: 0, place: root.place }));
  const resolved = resolve(root, seed, written, stages, drafts);
  return {
    file,
    digest,
    name: textOf(entryOf(root, 'name')?.value) ?? '',
    seed,
    stages,
    ...services,
    tests,
    resolved,
    origins: () => valueOrigins(resolved, root),
  };
}

function order(
  stages: readonly DraftStage[],
  inputs: LinkedInputs,
  options: ReadonlyMap<string, Readonly<Record<string, unknown>>>,
  execution: ReadonlyMap<string, StageExecution>,
): readonly PlannedStage[] {
  const byId = new Map(stages.map((stage) => [stage.id, stage]));
  const predecessors = (id: string): readonly string[] => {
    const definition = byId.get(id)?.found?.definition;
    return Object.entries(inputs.get(id) ?? {}).flatMap(([port, sources]) => {
      const declared = definition?.inputs[port];
      return declared !== undefined && inputPort(declared).feedback ? [] : sources.map(({ stage }) => stage);
    });
  };
  return topologicalOrder([...byId.keys()], predecessors).map((id) => {
    const { uses, found } = byId.get(id)!;
    const { definition, package: identity } = found!;
    return {
      id,
      uses,
      package: identity,
      definition,
      options: options.get(id) ?? {},
      inputs: inputs.get(id) ?? {},
      ...(definition.items && { execution: execution.get(id)! }),
    };
  });
}

/** The file as it runs, in the file's order of keys and the stages' of the plan. */
function resolve(
  root: LocatedMap,
  seed: number,
  services: Readonly<Record<string, unknown>>,
  stages: readonly PlannedStage[],
  drafts: readonly DraftStage[],
): Readonly<Record<string, unknown>> {
  const plain = toPlainValue(root) as Readonly<Record<string, unknown>>;
  const nodes = new Map(drafts.map(({ id, node }) => [id, node]));
  const written = stages.map(({ id, uses, inputs, options }) => {
    const edges = Object.entries(inputs).map(([port, sources]) => {
      const edges = sources.map(({ stage, port: output }) => `${stage}.${output}`);
      return [port, edges.length === 1 ? edges[0] : edges];
    });
    const connected = edges.length > 0 && { in: Object.fromEntries(edges) as object };
    return [id, { uses, ...connected, with: options, ...writtenExecution(nodes.get(id)!) }];
  });
  return { ...plain, seed, services, stages: Object.fromEntries(written) as object };
}
