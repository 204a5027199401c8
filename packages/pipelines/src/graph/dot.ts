import { optionText } from './option-text.js';
import { edgeName, type PipelineGraph } from './pipeline-graph.js';

/** The graph in Graphviz's language: options of a stage as its tooltip, contracts on the edges, loops dashed. */
export function dot({ name, stages, edges }: PipelineGraph): string {
  const boxes = stages.map(({ id, uses, options }) => {
    const label = id === uses ? quoted(id) : quoted(`${id}\n${uses}`);
    const tooltip = Object.entries(options).map(([option, value]) => `${option}: ${optionText(value, 200)}`);
    return `  ${quoted(id)} [label=${label}, tooltip=${quoted([uses, ...tooltip].join('\n'))}];`;
  });
  const arrows = edges.map((edge) => {
    const style = edge.feedback ? ', style=dashed, constraint=false' : '';
    const label = `label=${quoted(edge.contract)}, edgetooltip=${quoted(edgeName(edge))}`;
    return `  ${quoted(edge.from.stage)} -> ${quoted(edge.to.stage)} [${label}${style}];`;
  });
  return [
    `digraph ${quoted(name)} {`,
    '  node [shape=box, style=rounded, fontname="sans-serif"];',
    '  edge [fontname="sans-serif", fontsize=10];',
    ...boxes,
    ...arrows,
    '}',
    '',
  ].join('\n');
}

/** A quoted string in which nothing is an escape (`\N`) or an entity (`&lt;`) of Graphviz's; lines end in `\n`. */
function quoted(text: string): string {
  const plain = text
    .replaceAll('&', '&amp;')
    .replaceAll('\\', '\\\\')
    .replaceAll('"', '\\"')
    .replaceAll(/\r\n?|\n/g, '\\n')
    // eslint-disable-next-line no-control-regex -- they are what is looked for
    .replaceAll(/[\u0000-\u001f\u007f]/g, '\u{fffd}');
  return `"${plain}"`;
}
