import { createHash } from 'node:crypto';
import { dirname, resolve } from 'node:path';
import { stageRegistry, type BundledStages } from '../registry/stage-registry.js';
import { checkServices, type ServiceChoices } from './check-services.js';
import { checkStageOptions } from './check-stage-options.js';
import { checkStructure } from './check-structure.js';
import { compareDiagnostics, InvalidPipeline, type Diagnostic } from './diagnostic.js';
import { topologicalOrder } from './find-cycles.js';
import { interpolate } from './interpolate.js';
import { linkEdges, type LinkedInputs } from './link-edges.js';
import { entryOf, toPlainValue, type LocatedMap } from './located-node.js';
import { applyOverrides } from './overrides.js';
import { parseYaml } from './parse-yaml.js';
import { PipelineSchema } from './pipeline-schema.js';
import type { CheckedPipeline, PipelinePlan, PlannedStage } from './plan.js';
import type { Report } from './problem.js';
import { readSource } from './read-source.js';
import { renderDiagnostics } from './render-diagnostic.js';
import { resolveStages, textOf, type DraftStage } from './resolve-stages.js';
import type { SourceText } from './source-text.js';

export interface LoadOptions {
  readonly bundled: BundledStages;
  readonly services?: ServiceChoices;
  /** `--set` arguments: `path.to.key=value`. */
  readonly set?: readonly string[];
  /** Folder that `file`, and paths in `set`, are relative to, and that file names are shown from. */
  readonly cwd?: string;
}

/** Reads a pipeline file and reports all that is wrong with it at once; runs nothing. */
export async function checkPipeline(file: string, options: LoadOptions): Promise<CheckedPipeline> {
  const diagnostics: Diagnostic[] = [];
  const report: Report = (diagnostic) => diagnostics.push(diagnostic);
  const plan = await load(file, options, report, diagnostics);
  diagnostics.sort(compareDiagnostics);
  return { plan, diagnostics };
}

/** As `checkPipeline`, but throws `InvalidPipeline` where anything is wrong. */
export async function loadPipeline(file: string, options: LoadOptions): Promise<PipelinePlan> {
  const { plan, diagnostics } = await checkPipeline(file, options);
  if (plan === undefined) throw new InvalidPipeline(renderDiagnostics(diagnostics), diagnostics);
  return plan;
}

async function load(
  file: string,
  options: LoadOptions,
  report: Report,
  diagnostics: readonly Diagnostic[],
): Promise<PipelinePlan | undefined> {
  const cwd = options.cwd ?? process.cwd();
  const read = await readSource(file, cwd, report);
  if (read === undefined) return undefined;
  const path = resolve(cwd, file);
  const digest = createHash('sha256').update(read.bytes).digest('hex');
  return plan(read.source, path, digest, { ...options, cwd }, report, diagnostics);
}

async function plan(
  source: SourceText,
  file: string,
  digest: string,
  options: LoadOptions & { readonly cwd: string },
  report: Report,
  diagnostics: readonly Diagnostic[],
): Promise<PipelinePlan | undefined> {
  const folder = dirname(file);
  const parsed = parseYaml(source, report);
  if (parsed === undefined) return undefined;
  const keys = Object.keys(PipelineSchema.properties);
  const overridden = applyOverrides(parsed, options.set ?? [], options.cwd, keys, report);
  const root = checkStructure(interpolate(overridden, report), report);
  if (root === undefined) return undefined;
  const stages = await resolveStages(root, stageRegistry(folder, options.bundled), report);
  const stageOptions = new Map(stages.map((stage) => [stage.id, checkStageOptions(stage, folder, report)]));
  const inputs = linkEdges(stages, report);
  const { written, ...services } = await checkServices(root, options.services ?? {}, folder, report);
  if (diagnostics.some(({ severity }) => severity === 'error')) return undefined;
  const planned = order(stages, inputs, stageOptions);
  const name = textOf(entryOf(root, 'name')?.value) ?? '';
  const seed = Number(toPlainValue(entryOf(root, 'seed')?.value ?? { kind: 'scalar', value: 0, place: root.place }));
  return {
    file,
    digest,
    name,
    seed,
    stages: planned,
    ...services,
    resolved: resolved(root, seed, written, planned),
  };
}

function order(
  stages: readonly DraftStage[],
  inputs: LinkedInputs,
  options: ReadonlyMap<string, Readonly<Record<string, unknown>>>,
): readonly PlannedStage[] {
  const byId = new Map(stages.map((stage) => [stage.id, stage]));
  const predecessors = (id: string): readonly string[] => {
    const definition = byId.get(id)?.found?.definition;
    return Object.entries(inputs.get(id) ?? {}).flatMap(([port, sources]) => {
      const declared = definition?.inputs[port];
      const closesLoop = declared !== undefined && 'feedback' in declared && declared.feedback;
      return closesLoop ? [] : sources.map(({ stage }) => stage);
    });
  };
  return topologicalOrder([...byId.keys()], predecessors).map((id) => {
    const { uses, found } = byId.get(id)!;
    const { definition, package: identity } = found!;
    return { id, uses, package: identity, definition, options: options.get(id) ?? {}, inputs: inputs.get(id) ?? {} };
  });
}

/** The file as it runs, in the file's order of keys and the stages' of the plan. */
function resolved(
  root: LocatedMap,
  seed: number,
  services: Readonly<Record<string, unknown>>,
  stages: readonly PlannedStage[],
): Readonly<Record<string, unknown>> {
  const plain = toPlainValue(root) as Readonly<Record<string, unknown>>;
  const written = stages.map(({ id, uses, inputs, options }) => {
    const edges = Object.entries(inputs).map(([port, sources]) => {
      const edges = sources.map(({ stage, port: output }) => `${stage}.${output}`);
      return [port, edges.length === 1 ? edges[0] : edges];
    });
    return [id, { uses, ...(edges.length > 0 && { in: Object.fromEntries(edges) as object }), with: options }];
  });
  return { ...plain, seed, services, stages: Object.fromEntries(written) as object };
}
