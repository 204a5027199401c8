// `npm run -s example -- voc-semantic`: the demo dataset in this format, then the whole pipeline.
import { runFormatExample } from '../demo/run-format-example.mjs';

await runFormatExample('voc-semantic', new URL('pipeline.yaml', import.meta.url));
