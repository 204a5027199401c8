import type { ModelCounts } from '@sluice/models';
import { formatBytes } from '../progress/format-bytes.js';
import { formatTable } from '../progress/format-table.js';
import type { CountedModel, ModelRecord } from './model-record.js';

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
  counted: CountedModel,
  usedBy: readonly { readonly run: string; readonly stages: readonly string[] }[],
): string {
  const { name, summary, architecture, state, bytes, published, license, files } = model;
  const rows = [
    ['architecture', architecture],
    ['state', state === 'not pulled' ? `${state}: \`sluice models pull ${name}\` brings it` : state],
    ['size', formatBytes(bytes)],
    ['parameters', beside(counted, ({ parameters }) => parametersText({ parameters }), parametersText(published))],
    ['GFLOPs', beside(counted, ({ gigaflops }) => gigaflops?.toFixed(2), gigaflopsText(published))],
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

/** `9.80 M counted here, 9.66 M published`; of a model that isn't here, what is published, and that no more is known. */
function beside(counted: CountedModel, text: (counts: ModelCounts) => string | undefined, published: string): string {
  const theirs = published === '' ? 'none published' : `${published} published`;
  if (typeof counted === 'string') return `${theirs}; ${counted}`;
  const ours = text(counted);
  return ours === undefined ? theirs : `${ours} counted here, ${theirs}`;
}

const parametersText = ({ parameters }: Pick<ModelRecord['published'], 'parameters'>): string =>
  `${Number((parameters / 1e6).toFixed(2))} M`;
const gigaflopsText = ({ gigaflops }: ModelRecord['published']): string => gigaflops?.toString() ?? '';
