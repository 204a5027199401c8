// `npm run -s example -- common-semantic-segmentation`: the demo dataset in this format, then the whole pipeline.
import { runFormatExample } from '../demo/run-format-example.mjs';

await runFormatExample('common-semantic-segmentation', new URL('pipeline.yaml', import.meta.url));
