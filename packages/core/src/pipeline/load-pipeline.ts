import { dirname, resolve } from 'node:path';
import { stageRegistry, type BundledStages } from '../registry/stage-registry.js';
import { assign, type Assignment } from './assign.js';
import type { ServiceChoices } from './check-services.js';
import { collectProblems, type Problems } from './collect-problems.js';
import { InvalidPipeline, type Diagnostic } from './diagnostic.js';
import { readEnvironment, type Environment } from './environment.js';
import { entryOf, without, type LocatedNode } from './located-node.js';
import { readMatrix, type MatrixPoint } from './matrix.js';
import { readOverrides } from './overrides.js';
import type { CheckedPipeline, PipelinePlan, PipelinePoint } from './plan.js';
import { planPoint, type PointContext } from './plan-point.js';
import { problem, type Report } from './problem.js';
import { applyProfiles } from './profiles.js';
import { readPipelineFile } from './read-pipeline-file.js';
import { renderDiagnostics } from './render-diagnostic.js';

export interface LoadOptions {
  readonly bundled: BundledStages;
  readonly services?: ServiceChoices;
  /** Profiles of the file, laid over it in this order. */
  readonly profiles?: readonly string[];
  /** Where `SLUICE__path__to__key` variables are looked for, `process.env` for instance. @default none */
  readonly environment?: Environment;
  /** `--set` arguments: `path.to.key=value`. */
  readonly set?: readonly string[];
  /** Folder that `file`, and paths in `set`, are relative to, and that file names are shown from. */
  readonly cwd?: string;
  /** Folder that stage packages are looked for from. @default the file's */
  readonly packagesFrom?: string;
}

/**
 * Reads a pipeline file and reports all that is wrong with it at once; runs nothing. Defaults < file (over what it extends) < profiles <
 * matrix < environment < `set`. Every point of a sweep is checked.
 */
export async function checkPipeline(file: string, options: LoadOptions): Promise<CheckedPipeline> {
  const { points, diagnostics } = await check(file, options);
  return { plan: points[0]?.plan, points, diagnostics };
}

/** As `checkPipeline`, but throws `InvalidPipeline` where anything is wrong, and where the file has a sweep of several points. */
export async function loadPipeline(file: string, options: LoadOptions): Promise<PipelinePlan> {
  const { points, diagnostics, several } = await check(file, options);
  const [point] = points;
  if (point === undefined) throw invalid(diagnostics);
  if (several !== undefined) throw invalid([several]);
  return point.plan;
}

/** All points of a sweep, or the one of a file without; throws `InvalidPipeline` where anything is wrong with any of them. */
export async function loadPoints(file: string, options: LoadOptions): Promise<readonly PipelinePoint[]> {
  const { points, diagnostics } = await check(file, options);
  if (points.length === 0) throw invalid(diagnostics);
  return points;
}

const invalid = (diagnostics: readonly Diagnostic[]): InvalidPipeline =>
  new InvalidPipeline(renderDiagnostics(diagnostics), diagnostics);

interface Checked {
  readonly points: readonly PipelinePoint[];
  readonly diagnostics: readonly Diagnostic[];
  /** What is said where one pipeline is needed and this is a sweep. */
  readonly several?: Diagnostic | undefined;
}

async function check(file: string, options: LoadOptions): Promise<Checked> {
  const cwd = options.cwd ?? process.cwd();
  const problems = collectProblems();
  const read = await readPipelineFile(file, cwd, problems.report);
  if (read === undefined) return { points: [], diagnostics: problems.all() };
  const path = resolve(cwd, file);
  const context: PointContext = {
    file: path,
    digest: read.digest,
    registry: stageRegistry(options.packagesFrom ?? dirname(path), options.bundled),
    services: options.services ?? {},
  };
  const { root, strong, matrix } = layers(read.root, options, cwd, problems.report);
  const expanded = readMatrix(matrix, strong, problems.report);
  // A faulty matrix hides nothing: the pipeline itself is checked all the same.
  const points = await planPoints(root, expanded ?? [unswept], strong, context, problems);
  const block = entryOf(matrix, 'matrix');
  const hint = 'give each path of the matrix one value with --set, or run the file with `sluice run`';
  const several =
    points.length > 1 && block && problem('several-points', block.key, { count: points.length }, { hint });
  return { points: problems.none() ? points : [], diagnostics: problems.all(), ...(several && { several }) };
}

const unswept: MatrixPoint = { name: '', values: {}, assignments: [] };

/** The pipeline without its matrix, what is set over it from outside, and the pipeline with the matrix that is to be read. */
function layers(
  file: LocatedNode,
  { profiles = [], environment = {}, set = [] }: LoadOptions,
  cwd: string,
  report: Report,
): { readonly root: LocatedNode; readonly strong: readonly Assignment[]; readonly matrix: LocatedNode } {
  const merged = applyProfiles(file, profiles, cwd, report);
  const outside = [...readEnvironment(environment, merged, cwd, report), ...readOverrides(set, cwd, report)];
  const isForMatrix = ({ steps }: Assignment): boolean => steps[0]?.name === 'matrix';
  const matrix = outside.filter(isForMatrix).reduce((node, each) => assign(node, each, report), merged);
  const root = merged.kind === 'map' ? without(merged, 'matrix') : merged;
  return { root, strong: outside.filter((each) => !isForMatrix(each)), matrix };
}

async function planPoints(
  root: LocatedNode,
  points: readonly MatrixPoint[],
  strong: readonly Assignment[],
  context: PointContext,
  problems: Problems,
): Promise<readonly PipelinePoint[]> {
  const planned: PipelinePoint[] = [];
  for (const { name, values, assignments } of points) {
    const report = problems.of(assignments, points.length);
    const node = [...assignments, ...strong].reduce((before, each) => assign(before, each, report), root);
    const plan = await planPoint(node, context, report);
    if (plan !== undefined) planned.push({ name, values, plan });
  }
  return planned;
}
