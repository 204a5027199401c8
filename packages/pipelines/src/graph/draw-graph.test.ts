import { fileURLToPath } from 'node:url';
import { loadPipeline } from '@sluice/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { serviceChoices } from '../composition.js';
import { bundledStages } from '../stages/bundled-stages.js';
import { drawGraph, formatOf } from './draw-graph.js';
import { escapeMarkup } from './escape-markup.js';
import { layoutGraph } from './layout-graph.js';
import { pipelineGraph, type PipelineGraph } from './pipeline-graph.js';

const demo = async (): Promise<PipelineGraph> => {
  const file = fileURLToPath(new URL('../../../../examples/demo/pipeline.yaml', import.meta.url));
  const services = serviceChoices({ cacheDir: '', threads: 1 });
  return pipelineGraph(await loadPipeline(file, { bundled: bundledStages, services }));
};

/** Two stages whose every text is `text`, with an edge and a loop between them. */
const graphOf = (text: string): PipelineGraph => ({
  name: text,
  stages: [
    { id: 'a', uses: text, summary: text, options: { [text]: text } },
    { id: 'end', uses: 'end', summary: '', options: {} },
  ],
  edges: [
    { from: { stage: 'a', port: text }, to: { stage: 'end', port: 'in' }, contract: text, feedback: false },
    { from: { stage: 'end', port: 'out' }, to: { stage: 'a', port: 'back' }, contract: 'Word', feedback: true },
  ],
});

const evil = '</script><img src=x onerror=alert(1)>"\'`]--><style>*{display:none}</style>\\N&lt;#quot;\n\u0000\ud800';

/** Tags of a document, with quoted attributes taken out; fails on `<` that opens none. */
const tagsOf = (markup: string): readonly string[] => {
  const bare = markup.replaceAll(/="[^"<>]*"/g, '');
  expect(bare.replaceAll(/<[!/]?[a-z][^<>]*>/gi, '')).not.toMatch(/[<]/);
  return [...new Set([...bare.matchAll(/<\/?([a-z0-9]+)/g)].map(([, tag]) => tag!))].sort();
};

describe('a drawing of the demo', () => {
  it('has each stage, each edge with what it carries, and the loop dashed: mermaid', async () => {
    const text = await drawGraph(await demo(), 'mermaid');
    expect(text).toMatch(/^flowchart TD\n {2}s1\["ingest"\]\n {2}s2\["resize<br\/><small>resize-pad<\/small>"\]\n/);
    expect(text).toContain('  s1 -- "samples" --> s2\n');
    expect(text).toContain('  s5 -- "initial → before" --> s11\n');
    expect(text.match(/-->/g)).toHaveLength(22);
    expect(text.match(/\.->/g)).toEqual(['.->']);
  });

  it('likewise: dot', async () => {
    const text = await drawGraph(await demo(), 'dot');
    expect(text).toContain('"ingest" -> "resize" [label="Sample", edgetooltip="ingest.samples → resize.samples"];');
    expect(text).toMatch(/"stop" -> "train" \[label="Decision".*style=dashed/);
    expect(text).toMatch(/"train" \[label="train\\ntrain-decoder", tooltip=".*\\nepochs: 4\\n/);
    expect(text.match(/ -> /g)).toHaveLength(23);
  });

  it.each(['svg', 'html'] as const)('likewise: %s, with options to hover over', async (format) => {
    const text = await drawGraph(await demo(), format);
    expect(text.match(/class="box"/g)).toHaveLength(11);
    expect(text.match(/class="edge"/g)).toHaveLength(23);
    expect(text.match(/<g class="loop"><title>stop.decision → train.decision/g)).toHaveLength(2);
    expect(text).toContain('\nepochs: 4\n');
    expect(text).toContain('>EncodedSample</text>');
    expect(text).toContain('prefers-color-scheme: dark');
  });
});

describe('the layout', () => {
  it('lets every arrow lead down but those of loops, and no box overlap another', async () => {
    const { nodes, edges, width, height } = layoutGraph(await demo());
    for (const { edge, points } of edges) {
      const [first, last] = [points[0]!, points.at(-1)!];
      expect(last.y > first.y).toBe(!edge.feedback);
    }
    for (const [index, a] of nodes.entries()) {
      expect(a.x - a.width / 2).toBeGreaterThanOrEqual(0);
      expect(a.x + a.width / 2).toBeLessThanOrEqual(width);
      expect(a.y + a.height / 2).toBeLessThanOrEqual(height);
      for (const b of nodes.slice(index + 1)) {
        const apart =
          Math.abs(a.x - b.x) >= (a.width + b.width) / 2 || Math.abs(a.y - b.y) >= (a.height + b.height) / 2;
        expect(apart).toBe(true);
      }
    }
  });

  it.each([0, 1, 400])('holds %d stages', (count) => {
    const ids = Array.from({ length: count }, (_, index) => `stage-${index}`);
    const graph: PipelineGraph = {
      name: 'chain',
      stages: ids.map((id) => ({ id, uses: '写真'.repeat(60), summary: '', options: {} })),
      edges: ids.slice(1).map((id, index) => ({
        from: { stage: ids[index]!, port: 'out' },
        to: { stage: id, port: 'in' },
        contract: 'Item',
        feedback: false,
      })),
    };
    const { nodes } = layoutGraph(graph);
    expect(nodes).toHaveLength(count);
    for (const { width } of nodes) expect(width).toBeLessThan(260);
  });
});

describe('text from a pipeline file', () => {
  it.each(['svg', 'html'] as const)('makes no tag, no attribute and nothing that runs in %s', async (format) => {
    const harmless = tagsOf(await drawGraph(graphOf('harmless'), format));
    const text = await drawGraph(graphOf(evil), format);
    expect(tagsOf(text)).toEqual(harmless);
    expect(harmless).not.toContain('script');
    expect(text).not.toMatch(/<[^>"]*\son\w+=/);
    expect(text).not.toContain('\u0000');
    if (format === 'html') expect(text).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`);
  });

  it('ends no label of mermaid and no string of dot', async () => {
    const flow = await drawGraph(graphOf(evil), 'mermaid');
    expect(flow.split('\n')).toHaveLength(6);
    expect(flow.match(/"/g)).toHaveLength(8);
    expect(flow.replaceAll(/<br\/>|<\/?small>|-->|\.->/g, '')).not.toMatch(/[<>`\\]/);
    const graph = await drawGraph(graphOf(evil), 'dot');
    expect(graph.split('\n')).toHaveLength(9);
    // Outside of quoted strings nothing of it is left.
    expect(graph.replaceAll(/"(?:[^"\\]|\\.)*"/g, '')).not.toMatch(/img|script|"|</);
  });

  it('reads as it was, whatever it is', () => {
    const entity = (text: string): string =>
      text.replaceAll(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)));
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(escapeMarkup(text)).not.toMatch(/[<>"']/);
        // eslint-disable-next-line no-control-regex -- they are what is replaced
        const kept = text.replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/g, '\ufffd');
        expect(entity(escapeMarkup(text))).toBe(kept);
      }),
    );
  });
});

it.each([
  ['a.html', 'html'],
  ['A.SVG', 'svg'],
  ['x/graph.gv', 'dot'],
  ['graph.mmd', 'mermaid'],
  ['graph.txt', undefined],
  ['constructor', undefined],
  ['a.constructor', undefined],
])('the name %s asks for %s', (file, format) => {
  expect(formatOf(file)).toBe(format);
});
