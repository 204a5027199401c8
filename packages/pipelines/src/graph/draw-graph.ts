import { dot } from './dot.js';
import { mermaid } from './mermaid.js';
import type { PipelineGraph } from './pipeline-graph.js';

export type GraphFormat = 'mermaid' | 'dot' | 'html' | 'svg';

/** The layout is loaded only for pictures. */
export async function drawGraph(graph: PipelineGraph, format: GraphFormat): Promise<string> {
  switch (format) {
    case 'mermaid':
      return mermaid(graph);
    case 'dot':
      return dot(graph);
    case 'html':
      return (await import('./html.js')).html(graph);
    case 'svg':
      return (await import('./svg.js')).svg(graph, { alone: true });
  }
}

const extensions: Readonly<Record<string, GraphFormat>> = {
  mmd: 'mermaid',
  mermaid: 'mermaid',
  dot: 'dot',
  gv: 'dot',
  html: 'html',
  htm: 'html',
  svg: 'svg',
};

/** The format that a file's name asks for. */
export function formatOf(file: string): GraphFormat | undefined {
  const [, extension = ''] = /\.(\w+)$/.exec(file.toLowerCase()) ?? [];
  return Object.hasOwn(extensions, extension) ? extensions[extension] : undefined;
}
