import type { PortReference } from '../run/run-graph.js';
import { inputPort } from '../stage/any-stage.js';
import { findCycles } from './find-cycles.js';
import { describeNode, entryOf, type LocatedNode } from './located-node.js';
import { problem, type Report } from './problem.js';
import { textOf, type DraftStage } from './resolve-stages.js';
import { partOf, type Place } from './source-text.js';
import { suggest, suggestion } from './suggest.js';

/** Producers of each connected input, by stage and port. */
export type LinkedInputs = ReadonlyMap<string, Readonly<Record<string, readonly PortReference[]>>>;

interface Edge {
  readonly from: PortReference;
  readonly to: PortReference;
  readonly place: Place;
  readonly feedback: boolean;
}

/** Checks every edge: its stages, ports and contracts; then that all required inputs are fed and that only feedback closes a cycle. */
export function linkEdges(stages: readonly DraftStage[], report: Report): LinkedInputs {
  const byId = new Map(stages.map((stage) => [stage.id, stage]));
  const edges = stages.flatMap((stage) => stageEdges(stage, byId, report));
  for (const stage of stages) checkRequired(stage, stages, report);
  checkCycles(stages, edges, report);
  const linked = new Map<string, Record<string, PortReference[]>>(stages.map(({ id }) => [id, {}]));
  for (const { from, to } of edges) {
    const inputs = linked.get(to.stage);
    if (inputs !== undefined) (inputs[to.port] ??= []).push(from);
  }
  return linked;
}

function stageEdges(stage: DraftStage, byId: ReadonlyMap<string, DraftStage>, report: Report): readonly Edge[] {
  const block = entryOf(stage.node, 'in')?.value;
  if (block?.kind !== 'map') return [];
  const definition = stage.found?.definition;
  return [...block.entries].flatMap(([port, { key, value }]): readonly Edge[] => {
    const declared =
      definition !== undefined && Object.hasOwn(definition.inputs, port) ? definition.inputs[port] : undefined;
    if (definition !== undefined && declared === undefined) {
      const hint = suggestion(port, Object.keys(definition.inputs), 'inputs');
      report(problem('unknown-input', key, { port, stage: stage.id }, { hint }));
    }
    const misplaced = definition !== undefined && declared === undefined;
    if (value.kind === 'list' && value.items.length === 0) {
      report(problem('wrong-value', value.place, { message: `input "${port}" needs at least one edge` }));
    }
    const feedback = declared !== undefined && inputPort(declared).feedback;
    const seen = new Set<string>();
    return sourcesOf(value).flatMap((node): readonly Edge[] => {
      const from = parseSource(node, byId, report);
      if (from === undefined) return [];
      const name = `${from.stage}.${from.port}`;
      if (seen.has(name)) report(problem('duplicate-edge', node.place, { edge: name, port: `${stage.id}.${port}` }));
      if (seen.has(name)) return [];
      seen.add(name);
      const to = { stage: stage.id, port };
      if (declared !== undefined) checkContract(from, to, inputPort(declared).contract.name, node.place, byId, report);
      return misplaced ? [] : [{ from, to, place: node.place, feedback }];
    });
  });
}

function sourcesOf(value: LocatedNode): readonly LocatedNode[] {
  return value.kind === 'list' ? value.items : [value];
}

/** What `stage.port` or `stage` names; nothing where it names nothing, or where the stage's type is not known. */
function parseSource(
  node: LocatedNode,
  byId: ReadonlyMap<string, DraftStage>,
  report: Report,
): PortReference | undefined {
  const text = textOf(node);
  if (node.broken === true) return undefined;
  if (text === undefined) {
    report(problem('wrong-type', node.place, { message: `an edge must be text, not ${describeNode(node)}` }));
    return undefined;
  }
  const [id = '', port, ...rest] = text.split('.');
  if (id === '' || port === '' || rest.length > 0) {
    report(
      problem(
        'bad-edge',
        node.place,
        { text },
        { hint: 'write stage.port, or the stage alone where it has one output' },
      ),
    );
    return undefined;
  }
  const stage = byId.get(id);
  if (stage === undefined) {
    const hint = suggestion(id, [...byId.keys()], 'stages');
    report(problem('unknown-stage', partOf(node.place, text, 0, id.length), { stage: id }, { hint }));
    return undefined;
  }
  // A stage of unknown type still takes part in cycles.
  const outputs = Object.keys(stage.found?.definition.outputs ?? {});
  if (stage.found === undefined) return { stage: id, port: port ?? '' };
  if (port === undefined) {
    if (outputs.length === 1) return { stage: id, port: outputs[0] ?? '' };
    const hint = `write one of ${outputs.map((name) => `${id}.${name}`).join(', ')}`;
    report(problem('ambiguous-output', node.place, { stage: id }, { hint }));
    return undefined;
  }
  if (!outputs.includes(port)) {
    const hint = suggestion(port, outputs, 'outputs');
    report(
      problem('unknown-output', partOf(node.place, text, id.length + 1, text.length), { port, stage: id }, { hint }),
    );
    return undefined;
  }
  return { stage: id, port };
}

function checkContract(
  from: PortReference,
  to: PortReference,
  takes: string,
  place: Place,
  byId: ReadonlyMap<string, DraftStage>,
  report: Report,
): void {
  const producer = byId.get(from.stage);
  const gives = producer?.found?.definition.outputs[from.port]?.name;
  if (producer === undefined || gives === undefined || gives === takes) return;
  const fitting = outputsOf([...byId.values()], takes, to.stage);
  report(
    problem(
      'contract-mismatch',
      place,
      { to: `${to.stage}.${to.port}`, takes, from: `${from.stage}.${from.port}`, gives },
      {
        hint: fitting.length === 0 ? `no stage gives ${takes}` : `${takes} comes from ${fitting.join(', ')}`,
        related: [{ message: `"${from.stage}" (${producer.uses}) gives ${gives} here`, place: usesPlace(producer) }],
      },
    ),
  );
}

/** Where a stage says what it is. */
function usesPlace({ node, key }: DraftStage): Place {
  return entryOf(node, 'uses')?.value.place ?? key;
}

/** Outputs that carry a contract, but for those of the stage itself. */
function outputsOf(stages: readonly DraftStage[], contract: string, except: string): readonly string[] {
  return stages
    .filter(({ id }) => id !== except)
    .flatMap(({ id, found }) => {
      const outputs = Object.entries(found?.definition.outputs ?? {});
      return outputs.filter(([, { name }]) => name === contract).map(([port]) => `${id}.${port}`);
    });
}

function checkRequired(stage: DraftStage, stages: readonly DraftStage[], report: Report): void {
  const definition = stage.found?.definition;
  if (definition === undefined) return;
  const block = entryOf(stage.node, 'in');
  // A misspelt `in`, or a misspelt port, has been reported as such.
  if (block === undefined && [...stage.node.entries.keys()].some((key) => suggest(key, ['in']) === 'in')) return;
  if (block !== undefined && block.value.kind !== 'map') return;
  const ports = Object.keys(definition.inputs);
  const connected = block?.value.kind === 'map' ? [...block.value.entries.keys()] : [];
  const meant = connected.filter((port) => !ports.includes(port)).map((port) => suggest(port, ports));
  for (const [port, declared] of Object.entries(definition.inputs)) {
    const { contract, optional } = inputPort(declared);
    if (optional || connected.includes(port) || meant.includes(port)) continue;
    const fitting = outputsOf(stages, contract.name, stage.id);
    const hint =
      fitting.length === 0
        ? `no stage gives ${contract.name}`
        : `for instance \`in: { ${port}: ${fitting[0] ?? ''} }\``;
    report(
      problem('missing-input', block?.key ?? stage.key, { port, stage: stage.id, contract: contract.name }, { hint }),
    );
  }
}

function checkCycles(stages: readonly DraftStage[], edges: readonly Edge[], report: Report): void {
  const forward = edges.filter(({ feedback }) => !feedback);
  const successors = new Map<string, string[]>();
  for (const { from, to } of forward) {
    const next = successors.get(from.stage);
    if (next === undefined) successors.set(from.stage, [to.stage]);
    else next.push(to.stage);
  }
  const ids = stages.map(({ id }) => id);
  for (const path of findCycles(ids, (id) => successors.get(id) ?? [])) {
    const [last, first] = path.slice(-2);
    const closing = forward.find(({ from, to }) => from.stage === last && to.stage === first);
    if (closing === undefined) continue;
    const hint = 'only a feedback input may close a loop';
    report(problem('cycle', closing.place, { path }, { hint }));
  }
}
