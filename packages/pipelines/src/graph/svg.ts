import { escapeMarkup } from './escape-markup.js';
import { fontSize, layoutGraph, type PlacedEdge, type PlacedNode, type Point } from './layout-graph.js';
import { optionText } from './option-text.js';
import { edgeName, type PipelineGraph } from './pipeline-graph.js';

/** Colours of both schemes; the page around the picture uses the same. */
export const colours = `
  :root { color-scheme: light dark; --paper: #fff; --box: #f3f6fb; --rim: #8193b2; --ink: #1b2434; --dim: #5a6780; --line: #7c8aa5; --loop: #b4531a; --accent: #2f6fde; }
  @media (prefers-color-scheme: dark) {
    :root { --paper: #14181f; --box: #222a37; --rim: #64789b; --ink: #e7ecf5; --dim: #a3b0c6; --line: #8695b0; --loop: #f0975a; --accent: #7fb0ff; }
  }`;

const style = `
  .box { fill: var(--box); stroke: var(--rim); stroke-width: 1.2; }
  .id { font: 600 ${fontSize.id}px system-ui, sans-serif; fill: var(--ink); }
  .uses { font: ${fontSize.uses}px system-ui, sans-serif; fill: var(--dim); }
  .edge { fill: none; stroke: var(--line); stroke-width: 1.4; }
  .label { font: ${fontSize.label}px system-ui, sans-serif; fill: var(--dim); stroke: var(--paper); stroke-width: 4px; stroke-linejoin: round; paint-order: stroke; }
  .tip { fill: var(--line); }
  .loop .edge { stroke: var(--loop); stroke-dasharray: 5 4; }
  .loop .label, .loop .tip { fill: var(--loop); }
  g:hover > .edge { stroke: var(--accent); stroke-width: 2.2; }
  g:hover > .label { fill: var(--accent); }
  a:hover .box, a:focus-visible .box { stroke: var(--accent); stroke-width: 2; }
  text { text-anchor: middle; }`;

/** A drawing that needs nothing but itself: `withStyle` for a file of its own, without for a page that has the colours. */
export function svg(graph: PipelineGraph, { alone }: { readonly alone: boolean }): string {
  const { width, height, nodes, edges } = layoutGraph(graph);
  // A page may shrink it to its width, but not until nobody can read it.
  const size = `viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" style="min-width: ${Math.round(width * 0.75)}px"`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" ${size} role="img" aria-label="${escapeMarkup(`Pipeline ${graph.name}`)}">`,
    `<style>${alone ? colours : ''}${style}\n</style>`,
    ...(alone ? ['<rect width="100%" height="100%" style="fill: var(--paper)"/>'] : []),
    ...edges.map(drawnEdge),
    ...edges.map(drawnLabel),
    ...nodes.map((node) => drawnNode(node, !alone)),
    '</svg>',
    '',
  ].join('\n');
}

function drawnNode({ node, lines, x, y, width, height }: PlacedNode, linked: boolean): string {
  const [id = '', uses] = lines;
  const box = `<rect class="box" x="${round(x - width / 2)}" y="${round(y - height / 2)}" width="${width}" height="${height}" rx="8"/>`;
  const texts =
    uses === undefined
      ? text('id', x, y + 5, id)
      : text('id', x, y - 3, id) + text('uses', x, y + fontSize.uses + 2, uses);
  const options = Object.entries(node.options).map(([name, value]) => `${name}: ${optionText(value, 200)}`);
  const tooltip = [`${node.id} (${node.uses})`, node.summary, ...options].join('\n');
  const content = `<title>${escapeMarkup(tooltip)}</title>${box}${texts}`;
  return linked ? `<a href="#stage-${escapeMarkup(node.id)}">${content}</a>` : `<g>${content}</g>`;
}

function drawnEdge({ edge, points }: PlacedEdge): string {
  const title = `<title>${escapeMarkup(`${edgeName(edge)} (${edge.contract})`)}</title>`;
  const path = `<path class="edge" d="${curve(points)}"/>`;
  return `<g${edge.feedback ? ' class="loop"' : ''}>${title}${path}${arrowTip(points)}</g>`;
}

function drawnLabel({ edge, label }: PlacedEdge): string {
  const words = `<title>${escapeMarkup(edgeName(edge))}</title>${text('label', label.x, label.y + 4, edge.contract)}`;
  return `<g${edge.feedback ? ' class="loop"' : ''}>${words}</g>`;
}

const text = (kind: string, x: number, y: number, words: string): string =>
  `<text class="${kind}" x="${round(x)}" y="${round(y)}">${escapeMarkup(words)}</text>`;

/** A smooth line: a quadratic curve round each bend, through the middles of the straight pieces between. */
function curve(points: readonly Point[]): string {
  const [first, ...others] = points;
  if (first === undefined) return '';
  const bends = others.slice(0, -1).map((bend, index) => {
    const next = others[index + 1]!;
    const end = index === others.length - 2 ? next : { x: (bend.x + next.x) / 2, y: (bend.y + next.y) / 2 };
    return `Q${at(bend)} ${at(end)}`;
  });
  const straight = others.length === 1 ? [`L${at(others[0]!)}`] : [];
  return [`M${at(first)}`, ...bends, ...straight].join(' ');
}

/** A triangle at the last point, in the direction that the line comes in. */
function arrowTip(points: readonly Point[]): string {
  const [before, end] = points.slice(-2);
  if (before === undefined || end === undefined) return '';
  const angle = (Math.atan2(end.y - before.y, end.x - before.x) * 180) / Math.PI;
  return `<path class="tip" d="M0 0 L-8 -4 L-8 4 Z" transform="translate(${at(end)}) rotate(${round(angle)})"/>`;
}

const at = ({ x, y }: Point): string => `${round(x)} ${round(y)}`;
const round = (number: number): number => Math.round(number * 10) / 10;
