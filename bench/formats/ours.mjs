/** Our side of `bench formats`, as peers/datumaro_index.py: `node ours.mjs DATASET` */
import { coco } from '@sluice/data';
import { serve } from '../support/serve.mjs';

const [root] = process.argv.slice(2);
let images = 0;
let polygons = 0;

await serve(
  {
    index: async () => {
      for await (const item of coco.read(root)) {
        if (item.kind === 'skipped') throw new Error(`${item.item}: ${item.reason}`);
        images++;
        for (const { mask } of item.sample.instances) polygons += mask.rings.length;
      }
    },
  },
  async () => ({ images, polygons }),
);
