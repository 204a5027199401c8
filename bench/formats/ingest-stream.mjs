/** `node ingest-stream.mjs DATASET`: the stage `ingest` on a bounded edge, headers of all images read and all samples kept; prints one JSON line. */
import { performance } from 'node:perf_hooks';
import { runStage } from '@sluice/core/testing';
import { ingest } from '@sluice/stage-ingest';

const start = performance.now();
const { outputs } = await runStage(ingest, { options: { format: 'coco', root: process.argv[2] }, bound: 16 });
const line = {
  images: outputs.samples.length,
  rssMb: Math.round(process.resourceUsage().maxRSS / 1024),
  seconds: Math.round((performance.now() - start) / 1000),
};
process.stdout.write(JSON.stringify(line));
