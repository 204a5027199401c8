import * as untyped from '@dagrejs/dagre';
import type { GraphEdge, GraphNode, PipelineGraph } from './pipeline-graph.js';
import { fitted, textWidth } from './text-width.js';

/** What is used of dagre: its own declarations import files without extensions, which TypeScript doesn't find for ES modules. */
interface Dagre {
  readonly Graph: new (options: { readonly multigraph: boolean }) => DagreGraph;
  readonly layout: (graph: DagreGraph) => void;
}

interface DagreGraph {
  readonly setGraph: (options: object) => void;
  readonly graph: () => { readonly width: number; readonly height: number };
  readonly setNode: (id: string, box: object) => void;
  readonly node: (id: string) => Point & { readonly width: number; readonly height: number };
  readonly setEdge: (from: string, to: string, label: object, name: string) => void;
  readonly edge: (from: string, to: string, name: string) => Point & { readonly points: readonly Point[] };
}

const { Graph, layout } = untyped as unknown as Dagre;

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface PlacedNode {
  readonly node: GraphNode;
  /** What fits into the box. */
  readonly lines: readonly string[];
  /** Its centre. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface PlacedEdge {
  readonly edge: GraphEdge;
  readonly points: readonly Point[];
  /** Centre of its label. */
  readonly label: Point;
  readonly labelWidth: number;
}

export interface Placed {
  readonly width: number;
  readonly height: number;
  readonly nodes: readonly PlacedNode[];
  readonly edges: readonly PlacedEdge[];
}

export const fontSize = { id: 14, uses: 11.5, label: 11 };
const labelHeight = 16;
const widestBox = 220;

/** Places boxes in layers from top to bottom, so that every arrow but those that close loops leads down. */
export function layoutGraph({ stages, edges }: PipelineGraph): Placed {
  const graph = new Graph({ multigraph: true });
  graph.setGraph({ rankdir: 'TB', nodesep: 28, ranksep: 26, edgesep: 14, marginx: 16, marginy: 16 });
  const lines = new Map(stages.map((stage) => [stage.id, linesOf(stage)]));
  for (const { id } of stages) graph.setNode(id, boxOf(lines.get(id)!));
  for (const [index, edge] of edges.entries()) {
    const [above, below] = edge.feedback ? [edge.to, edge.from] : [edge.from, edge.to];
    const label = { width: labelWidth(edge), height: labelHeight, labelpos: 'c' };
    graph.setEdge(above.stage, below.stage, label, String(index));
  }
  layout(graph);
  const size = graph.graph();
  return {
    width: Math.ceil(Math.max(0, size.width)),
    height: Math.ceil(Math.max(0, size.height)),
    nodes: stages.map((node) => {
      const { x, y, width, height } = graph.node(node.id);
      return { node, lines: lines.get(node.id)!, x, y, width, height };
    }),
    edges: edges.map((edge, index) => {
      const [above, below] = edge.feedback ? [edge.to, edge.from] : [edge.from, edge.to];
      const { points, x, y } = graph.edge(above.stage, below.stage, String(index));
      return {
        edge,
        points: edge.feedback ? points.toReversed() : points,
        label: { x, y },
        labelWidth: labelWidth(edge),
      };
    }),
  };
}

function linesOf({ id, uses }: GraphNode): readonly string[] {
  const first = fitted(id, fontSize.id, widestBox);
  return id === uses ? [first] : [first, fitted(uses, fontSize.uses, widestBox)];
}

function boxOf(lines: readonly string[]): { width: number; height: number } {
  const [id = '', uses = ''] = lines;
  const width = Math.max(textWidth(id, fontSize.id), textWidth(uses, fontSize.uses), 44);
  return { width: Math.ceil(width) + 28, height: lines.length > 1 ? 46 : 34 };
}

const labelWidth = ({ contract }: GraphEdge): number => Math.ceil(textWidth(contract, fontSize.label)) + 8;
