import { coreErrors } from '../errors/core-errors.js';
import type { PipelinePlan, PlannedStage } from './plan.js';
import { suggestion } from './suggest.js';

/** Which stages of a pipeline to run, by id. */
export interface Selection {
  /** These, what comes after them, and what feeds all those. */
  readonly from?: readonly string[];
  /** These and what feeds them. */
  readonly to?: readonly string[];
  /** As `to`, but no other stage may make anything that the cache lacks. */
  readonly only?: readonly string[];
  /** These make everything anew; `true` means all that run. */
  readonly force?: readonly string[] | true;
}

export interface SelectedPlan {
  readonly plan: PipelinePlan;
  readonly reuse: { readonly force: ReadonlySet<string>; readonly lookOnly: ReadonlySet<string> };
}

/** The part of a plan to run. Throws `core/NO_SUCH_STAGE`. */
export function selectStages(plan: PipelinePlan, { from, to, only, force = [] }: Selection): SelectedPlan {
  const named = [...(from ?? []), ...(to ?? []), ...(only ?? []), ...(force === true ? [] : force)];
  const ids = plan.stages.map(({ id }) => id);
  for (const stage of named) {
    if (!ids.includes(stage)) throw coreErrors.NO_SUCH_STAGE({ stage, hint: suggestion(stage, ids, 'stages') ?? '' });
  }
  const before = neighbours(plan.stages);
  const after = turned(before);
  const wanted = [
    ...(from === undefined ? [] : [reach(reach(new Set(from), after), before)]),
    ...(to === undefined ? [] : [reach(new Set(to), before)]),
    ...(only === undefined ? [] : [reach(new Set(only), before)]),
  ];
  const stages = plan.stages.filter(({ id }) => wanted.every((set) => set.has(id)));
  const kept = new Set(stages.map(({ id }) => id));
  const written = Object.entries((plan.resolved['stages'] ?? {}) as Readonly<Record<string, unknown>>);
  const resolved = { ...plan.resolved, stages: Object.fromEntries(written.filter(([id]) => kept.has(id))) };
  return {
    plan: { ...plan, stages, resolved },
    reuse: {
      force: new Set(force === true ? kept : force),
      lookOnly: new Set(only === undefined ? [] : [...kept].filter((id) => !only.includes(id))),
    },
  };
}

type Neighbours = ReadonlyMap<string, readonly string[]>;

/** Stages that feed each stage, feedback included: without its word a loop would run otherwise. */
function neighbours(stages: readonly PlannedStage[]): Neighbours {
  return new Map(
    stages.map(({ id, inputs }) => [
      id,
      Object.values(inputs)
        .flat()
        .map(({ stage }) => stage),
    ]),
  );
}

function turned(edges: Neighbours): Neighbours {
  const result = new Map<string, string[]>();
  for (const [to, sources] of edges) {
    for (const from of sources) result.set(from, [...(result.get(from) ?? []), to]);
  }
  return result;
}

/** These and all that can be reached from them. */
function reach(start: ReadonlySet<string>, edges: Neighbours): ReadonlySet<string> {
  const seen = new Set(start);
  for (const id of seen) for (const next of edges.get(id) ?? []) seen.add(next);
  return seen;
}
