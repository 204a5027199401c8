import type { PipelinePlan, PlannedStage } from '@sluice/core';

export interface GraphNode {
  readonly id: string;
  readonly uses: string;
  readonly summary: string;
  readonly options: Readonly<Record<string, unknown>>;
}

export interface GraphEdge {
  readonly from: { readonly stage: string; readonly port: string };
  readonly to: { readonly stage: string; readonly port: string };
  /** What it carries. */
  readonly contract: string;
  /** Closes a loop: it leads back to a stage before. */
  readonly feedback: boolean;
}

/** A pipeline as it is drawn. */
export interface PipelineGraph {
  readonly name: string;
  readonly stages: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
}

export function pipelineGraph({ name, stages }: PipelinePlan): PipelineGraph {
  const byId = new Map(stages.map((stage) => [stage.id, stage]));
  return {
    name,
    stages: stages.map(({ id, uses, options, definition }) => ({ id, uses, summary: definition.summary, options })),
    edges: stages.flatMap((stage) => edgesInto(stage, byId)),
  };
}

function edgesInto(stage: PlannedStage, byId: ReadonlyMap<string, PlannedStage>): readonly GraphEdge[] {
  return Object.entries(stage.inputs).flatMap(([port, sources]) => {
    const declared = stage.definition.inputs[port];
    const feedback = declared !== undefined && 'feedback' in declared && declared.feedback;
    return sources.map((from) => ({
      from,
      to: { stage: stage.id, port },
      contract: byId.get(from.stage)?.definition.outputs[from.port]?.name ?? '',
      feedback,
    }));
  });
}

/** `ingest.samples → resize.samples`. */
export const edgeName = ({ from, to }: GraphEdge): string => `${from.stage}.${from.port} → ${to.stage}.${to.port}`;
