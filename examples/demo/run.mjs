// The embedded default: `npm run demo`.
import { runDemoPipeline } from './run-demo-pipeline.mjs';

await runDemoPipeline(new URL('pipeline.yaml', import.meta.url));
