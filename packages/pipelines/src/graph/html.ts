import { plural } from '../progress/describe-stage.js';
import { escapeMarkup } from './escape-markup.js';
import { optionText } from './option-text.js';
import type { GraphEdge, GraphNode, PipelineGraph } from './pipeline-graph.js';
import { colours, svg } from './svg.js';

/** Nothing is loaded and nothing can run, whatever a pipeline file holds: the page says so to the browser itself. */
const policy = "default-src 'none'; style-src 'unsafe-inline'";

const style = `
  body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
  header, section { max-width: 68rem; margin: 0 auto; padding: 1.2rem 1.5rem; }
  h1 { font-size: 1.4rem; margin: 0 0 .2rem; }
  .dim { color: var(--dim); }
  p { margin: 0; }
  figure { margin: 0; padding: 0 1rem; overflow: auto; text-align: center; }
  figure svg { max-width: 100%; height: auto; }
  details { border: 1px solid var(--rim); border-radius: 8px; margin: .5rem 0; padding: .4rem .8rem; background: var(--box); }
  summary { cursor: pointer; overflow-wrap: anywhere; }
  div:target { outline: 2px solid var(--accent); outline-offset: .5rem; border-radius: 4px; }
  table { border-collapse: collapse; margin: .5rem 0; }
  th, td { text-align: left; vertical-align: top; padding: .15rem 1.2rem .15rem 0; overflow-wrap: anywhere; }
  th { font-weight: 500; color: var(--dim); white-space: nowrap; }
  code { font: .88em ui-monospace, monospace; white-space: pre-wrap; }`;

/** One page without scripts and without anything to fetch: the drawing, and below it each stage with its edges and options. */
export function html(graph: PipelineGraph): string {
  const counts = `${plural(graph.stages.length, 'stage')}, ${plural(graph.edges.length, 'edge')}. Dashed edges close a loop. A stage leads to its options below.`;
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${escapeMarkup(graph.name)}</title>`,
    `<style>${colours}${style}\n</style>`,
    '</head>',
    '<body>',
    '<header>',
    `<h1>${escapeMarkup(graph.name)}</h1>`,
    `<p class="dim">${counts}</p>`,
    '</header>',
    `<figure>\n${svg(graph, { alone: false })}</figure>`,
    '<section>',
    ...graph.stages.map((stage) => stageDetails(stage, graph.edges)),
    '</section>',
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

function stageDetails({ id, uses, summary, options }: GraphNode, edges: readonly GraphEdge[]): string {
  const inputs = edges
    .filter(({ to }) => to.stage === id)
    .map(({ from, to, contract }): Row => {
      return [`in ${to.port}`, `${from.stage}.${from.port} (${contract})`];
    });
  const outputs = edges
    .filter(({ from }) => from.stage === id)
    .map(({ from, to, contract }): Row => {
      return [`out ${from.port}`, `${to.stage}.${to.port} (${contract})`];
    });
  const values = Object.entries(options).map(([name, value]): Row => [name, optionText(value)]);
  const heading = id === uses ? '' : ` <span class="dim">${escapeMarkup(uses)}</span>`;
  return [
    `<details><summary><b>${escapeMarkup(id)}</b>${heading} — ${escapeMarkup(summary)}</summary>`,
    `<div id="stage-${escapeMarkup(id)}">`,
    table([...inputs, ...outputs]),
    table(values),
    '</div></details>',
  ].join('\n');
}

type Row = readonly [string, string];

const table = (rows: readonly Row[]): string =>
  rows.length === 0
    ? ''
    : `<table>${rows.map(([name, value]) => `<tr><th>${escapeMarkup(name)}</th><td><code>${escapeMarkup(value)}</code></td></tr>`).join('\n')}</table>`;
