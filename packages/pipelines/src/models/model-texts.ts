import { formatBytes } from '../progress/format-bytes.js';
import { formatTable } from '../progress/format-table.js';
import type { ModelRecord } from './model-record.js';

/** The list of models, a row each. */
export function modelsText(models: readonly ModelRecord[], folder: string): string {
  const rows = models.map(({ name, state, bytes, published, license, files }) => [
    name,
    state,
    formatBytes(bytes),
    parametersText(published),
    gigaflopsText(published),
    license,
    files[0]!.source,
  ]);
  const head = ['model', '', 'size', 'parameters*', 'GFLOPs*', 'licence', 'source'];
  return `${formatTable([head, ...rows])}\n\n* as published\nmodels folder: ${folder}\n`;
}

/** One model: all of it, and the runs that used it. */
export function modelText(
  model: ModelRecord,
  usedBy: readonly { readonly run: string; readonly stages: readonly string[] }[],
): string {
  const { name, summary, architecture, state, bytes, published, license, files } = model;
  const rows = [
    ['architecture', architecture],
    ['state', state === 'not pulled' ? `${state}: \`sluice models pull ${name}\` brings it` : state],
    ['size', formatBytes(bytes)],
    ['parameters', `${parametersText(published)} (published)`],
    ['GFLOPs', published.gigaflops === undefined ? 'not published' : `${gigaflopsText(published)} (published)`],
    ['licence', license],
    ...files.flatMap(({ file, source, path, sha256, present }) => [
      ['file', file],
      ['  from', source],
      [present ? '  at' : '  goes to', path],
      ['  SHA-256', sha256],
    ]),
    ['in a file', `with: { model: ${name} }`],
    ...(usedBy.length === 0
      ? [['used by', 'no run']]
      : usedBy.map(({ run, stages }) => ['used by', `${run} (${stages.join(', ')})`])),
  ];
  return `${name}: ${summary}\n${formatTable(rows)}\n`;
}

const parametersText = ({ parameters }: ModelRecord['published']): string =>
  `${Number((parameters / 1e6).toFixed(2))} M`;
const gigaflopsText = ({ gigaflops }: ModelRecord['published']): string => gigaflops?.toString() ?? '';
