import { checkStageOptions } from './check-stage-options.js';
import { emptyMap, entryOf, toPlainValue, type LocatedMap, type LocatedNode } from './located-node.js';
import { mergeOver } from './merge-nodes.js';
import type { PlannedTest, TestItem } from './plan.js';
import { problem, type ProblemCode, type Report } from './problem.js';
import { textOf, type DraftStage } from './resolve-stages.js';
import { positionOf } from './source-text.js';
import { suggestion } from './suggest.js';

type Options = Readonly<Record<string, unknown>>;

/** Checks the `tests` block against the stages that it names: ids, ports, and options, which are laid over the stage's own. */
export function checkTests(
  root: LocatedMap,
  stages: readonly DraftStage[],
  stageOptions: ReadonlyMap<string, Options>,
  folder: string,
  report: Report,
): readonly PlannedTest[] {
  const block = entryOf(root, 'tests')?.value;
  if (block?.kind !== 'list') return [];
  const byId = new Map(stages.map((stage) => [stage.id, stage]));
  return block.items.flatMap((test, index): readonly PlannedTest[] => {
    const written = entryOf(test, 'stage')?.value;
    const id = textOf(written);
    if (written === undefined || id === undefined) return [];
    const stage = byId.get(id);
    if (stage === undefined) {
      const hint = suggestion(id, [...byId.keys()], 'stages');
      report(problem('unknown-stage', written.place, { stage: id }, { hint }));
      return [];
    }
    const definition = stage.found?.definition;
    const given = entryOf(test, 'given')?.value;
    const expected = entryOf(test, 'expect')?.value;
    if (definition !== undefined) {
      checkPorts(given, id, Object.keys(definition.inputs), 'unknown-input', 'inputs', report);
      checkPorts(expected, id, Object.keys(definition.outputs), 'unknown-output', 'outputs', report);
    }
    return [
      {
        name: textOf(entryOf(test, 'name')?.value) ?? `test ${String(index + 1)} of ${id}`,
        stage: id,
        options: optionsOf(test, stage, folder, report) ?? stageOptions.get(id) ?? {},
        given: itemsOf(given),
        expect: itemsOf(expected),
        place: positionOf(test.place),
      },
    ];
  });
}

function checkPorts(
  block: LocatedNode | undefined,
  stage: string,
  ports: readonly string[],
  code: ProblemCode & `unknown-${'input' | 'output'}`,
  what: string,
  report: Report,
): void {
  if (block?.kind !== 'map') return;
  for (const [port, { key }] of block.entries) {
    if (ports.includes(port)) continue;
    report(problem(code, key, { port, stage }, { hint: suggestion(port, ports, what) }));
  }
}

/** The options under test; nothing where the test has none of its own. */
function optionsOf(test: LocatedNode, stage: DraftStage, folder: string, report: Report): Options | undefined {
  const own = entryOf(test, 'options');
  if (own?.value.kind !== 'map') return undefined;
  const inherited = entryOf(stage.node, 'with')?.value ?? emptyMap(own.key);
  if (inherited.kind !== 'map') return undefined;
  const entries = new Map(stage.node.entries).set('with', { key: own.key, value: mergeOver(inherited, own.value) });
  return checkStageOptions({ ...stage, node: { ...stage.node, entries } }, folder, report);
}

function itemsOf(block: LocatedNode | undefined): Readonly<Record<string, readonly TestItem[]>> {
  if (block?.kind !== 'map') return {};
  const ports = [...block.entries].map(([port, { value }]) => {
    const items = value.kind === 'list' ? value.items : [];
    return [port, items.map((item) => ({ value: toPlainValue(item), place: positionOf(item.place) }))] as const;
  });
  return Object.fromEntries(ports);
}
