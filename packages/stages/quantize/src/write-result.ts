import { dirname } from 'node:path';
import { writeFileAtomic, type RunFolder } from '@sluice/core';
import type { EncodeCosts } from './quantization-record.js';
import type { Quantization } from './quantize-checkpoint.js';
import { reportPage } from './report-page.js';

/** Absolute paths of what was written. */
export interface WrittenResult {
  readonly folder: string;
  readonly encoder: string;
  readonly decoder: string;
  readonly page: string;
}

/** Writes the model's files, each whole or not at all, and what is known of them last: `quantize.json` and a page that shows it. */
export async function writeResult(
  run: RunFolder,
  folder: string,
  { record, files }: Quantization,
  costs: EncodeCosts | undefined,
): Promise<WrittenResult> {
  const encoder = await run.path(folder, 'encoder.onnx');
  const decoder = await run.path(folder, 'decoder.onnx');
  const page = await run.path(folder, 'quantize.html');
  await writeFileAtomic(encoder, files.encoder);
  await writeFileAtomic(decoder, files.decoder);
  await writeFileAtomic(page, reportPage(record, costs));
  const document = { ...record, ...costs };
  await writeFileAtomic(await run.path(folder, 'quantize.json'), `${JSON.stringify(document, null, 2)}\n`);
  return { folder: dirname(encoder), encoder, decoder, page };
}
