import type { EdgeStatistics, MetricValues, RunEvent } from '@sluice/core';

/** What is known of one stage so far. */
export interface StageStatus {
  readonly id: string;
  readonly state: 'waiting' | 'running' | 'done' | 'failed';
  readonly done: number;
  readonly total: number | undefined;
  readonly unit: string;
  readonly note: string;
  readonly milliseconds: number | undefined;
  /** Skipped items by reason. */
  readonly skipped: ReadonlyMap<string, number>;
  /** Sums of what the stage counted, for instance of `images used`. */
  readonly counted: ReadonlyMap<string, number>;
}

export interface Artifact {
  readonly stage: string;
  readonly name: string;
  readonly path: string;
}

export interface FinalMetrics {
  readonly stage: string;
  readonly values: MetricValues;
}

/** What is known of a run so far: the sum of its events. */
export interface RunStatus {
  readonly run: string;
  readonly folder: string;
  readonly pipeline: string;
  readonly state: 'waiting' | 'running' | 'finished' | 'failed';
  readonly stages: readonly StageStatus[];
  readonly final: readonly FinalMetrics[];
  readonly artifacts: readonly Artifact[];
  readonly edges: readonly EdgeStatistics[];
  readonly milliseconds: number | undefined;
}

export const beforeRun: RunStatus = {
  run: '',
  folder: '',
  pipeline: '',
  state: 'waiting',
  stages: [],
  final: [],
  artifacts: [],
  edges: [],
  milliseconds: undefined,
};

/** The status after one more event. */
export function nextStatus(status: RunStatus, event: RunEvent): RunStatus {
  switch (event.type) {
    case 'run-started':
      return { ...beforeRun, ...pick(event), state: 'running', stages: event.stages.map(waitingStage) };
    case 'run-finished':
      return { ...status, state: 'finished', milliseconds: event.milliseconds, edges: event.edges };
    case 'run-failed':
      return { ...status, state: 'failed', stages: status.stages.map((stage) => failedStage(stage, event.stage)) };
    case 'artifact':
      return {
        ...status,
        artifacts: [...status.artifacts, { stage: event.stage, name: event.name, path: event.path }],
      };
    case 'metric':
      if (event.scope !== 'final') return status;
      return { ...status, final: [...status.final, { stage: event.stage, values: event.values }] };
    case 'service-noted':
    case 'cache-key':
    case 'item-cached':
    case 'dead-letter':
      return status;
    default:
      return {
        ...status,
        stages: status.stages.map((stage) => (stage.id === event.stage ? nextStage(stage, event) : stage)),
      };
  }
}

type OfStage = Extract<RunEvent, { type: 'stage-started' | 'stage-finished' | 'progress' | 'skipped' | 'counted' }>;

function nextStage(stage: StageStatus, event: OfStage): StageStatus {
  switch (event.type) {
    case 'stage-started':
      return { ...stage, state: 'running' };
    case 'stage-finished':
      return { ...stage, state: 'done', milliseconds: event.milliseconds };
    case 'progress':
      return {
        ...stage,
        state: 'running',
        done: event.done,
        total: event.total ?? stage.total,
        unit: event.unit,
        note: event.note ?? '',
      };
    case 'skipped':
      return {
        ...stage,
        skipped: added(stage.skipped, event.reason, event.count ?? 1),
      };
    case 'counted':
      return { ...stage, counted: added(stage.counted, event.what, event.count) };
  }
}

const added = (counts: ReadonlyMap<string, number>, name: string, count: number): ReadonlyMap<string, number> =>
  new Map(counts).set(name, (counts.get(name) ?? 0) + count);

const pick = ({ run, folder, pipeline }: Extract<RunEvent, { type: 'run-started' }>) => ({ run, folder, pipeline });

const waitingStage = (id: string): StageStatus => ({
  id,
  state: 'waiting',
  done: 0,
  total: undefined,
  unit: '',
  note: '',
  milliseconds: undefined,
  skipped: new Map(),
  counted: new Map(),
});

const failedStage = (stage: StageStatus, failed: string | undefined): StageStatus =>
  stage.id === failed ? { ...stage, state: 'failed' } : stage;
