// `npm run -s example -- coco`: the demo dataset in this format, then the whole pipeline.
import { runFormatExample } from '../demo/run-format-example.mjs';

await runFormatExample('coco', new URL('pipeline.yaml', import.meta.url));
