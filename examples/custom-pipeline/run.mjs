// Paints pictures, then measures them: `npm run -s example -- custom-pipeline`.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { formatSummary, runFile } from '@sluice/pipelines';
import { paintPictures } from './dist/paint-pictures.js';

const data = await mkdtemp(path.join(tmpdir(), 'pictures-'));
try {
  await paintPictures(data, 12);
  const file = fileURLToPath(new URL('pipeline.yaml', import.meta.url));
  const { status, failure } = await runFile({ file, set: [`vars.data=${JSON.stringify(data)}`] });
  if (failure) throw failure.error;
  process.stdout.write(formatSummary(status, process.cwd()));
} finally {
  await rm(data, { recursive: true });
}
