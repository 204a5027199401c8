// The demo's data, with prompts from this folder's own stage: `npm run -s example -- custom-stage`.
import { runDemoPipeline } from '../demo/run-demo-pipeline.mjs';

await runDemoPipeline(new URL('pipeline.yaml', import.meta.url));
