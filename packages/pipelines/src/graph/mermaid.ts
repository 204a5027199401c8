import type { GraphEdge, PipelineGraph } from './pipeline-graph.js';

/**
 * A Mermaid flowchart: a box for each stage, an arrow for each edge with its ports, dashed where it closes a loop. Boxes are
 * numbered, since Mermaid keeps words such as `end` for itself.
 */
export function mermaid({ stages, edges }: PipelineGraph): string {
  const numbers = new Map(stages.map(({ id }, index) => [id, `s${index + 1}`]));
  const boxes = stages.map(({ id, uses }) => {
    const label = id === uses ? escaped(id) : `${escaped(id)}<br/><small>${escaped(uses)}</small>`;
    return `  ${numbers.get(id) ?? ''}["${label}"]`;
  });
  const arrows = edges.map((edge) => {
    const [line, end] = edge.feedback ? ['-. "', '" .->'] : ['-- "', '" -->'];
    return `  ${numbers.get(edge.from.stage) ?? ''} ${line}${escaped(ports(edge))}${end} ${numbers.get(edge.to.stage) ?? ''}`;
  });
  return ['flowchart TD', ...boxes, ...arrows, ''].join('\n');
}

/** One name where both ends have the same. */
const ports = ({ from, to }: GraphEdge): string => (from.port === to.port ? from.port : `${from.port} → ${to.port}`);

/** Mermaid reads labels as HTML, in quotes: whatever could end them or be a tag becomes an entity of its own kind, `#60;`. */
const escaped = (text: string): string =>
  // eslint-disable-next-line no-control-regex -- they are what is looked for
  text.replaceAll(/[#&<>"'`\\\u0000-\u001f\u007f]/g, (character) => `#${character.codePointAt(0) ?? 0};`);
