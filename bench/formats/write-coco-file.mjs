import { link, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';

/**
 * A COCO dataset of invented polygons, some 27 points each as in val2017; all image files are one black picture.
 * @param {string} root
 * @param {{ images: number, annotations: number }} counts
 * @returns {Promise<number>} megabytes of JSON
 */
export async function writeCocoFile(root, { images, annotations }) {
  await mkdir(join(root, 'annotations'), { recursive: true });
  await mkdir(join(root, 'images', 'val'), { recursive: true });
  const name = (/** @type {number} */ i) => `${String(i).padStart(12, '0')}.jpg`;
  const picture = sharp({ create: { width: 640, height: 480, channels: 3, background: 'black' } });
  const bytes = await picture.jpeg().toBuffer();
  for (let i = 0; i < images; i++) {
    // A file has at most some 65,000 links.
    const first = join(root, 'images', 'val', name(i - (i % 30_000)));
    if (i % 30_000 === 0) await writeFile(first, bytes);
    else await link(first, join(root, 'images', 'val', name(i)));
  }
  const document = {
    info: { description: 'invented' },
    images: Array.from({ length: images }, (_, i) => ({ id: i + 1, file_name: name(i), width: 640, height: 480 })),
    annotations: Array.from({ length: annotations }, (_, i) => annotation(i, images)),
    categories: Array.from({ length: 80 }, (_, i) => ({ id: i + 1, name: `category ${i}`, supercategory: 'thing' })),
  };
  const json = JSON.stringify(document);
  await writeFile(join(root, 'annotations', 'instances_val.json'), json);
  return Buffer.byteLength(json) / 1e6;
}

/**
 * @param {number} i
 * @param {number} images
 */
function annotation(i, images) {
  const [x, y, radius] = [60 + ((i * 37) % 520), 60 + ((i * 53) % 360), 10 + ((i * 7) % 45)];
  const points = 10 + ((i * 11) % 35);
  const ring = Array.from({ length: points }, (_, k) => {
    const angle = (2 * Math.PI * k) / points;
    const reach = radius * (0.7 + 0.3 * Math.sin(5 * angle + i));
    return [hundredth(x + reach * Math.cos(angle)), hundredth(y + reach * Math.sin(angle))];
  }).flat();
  const bbox = [x - radius, y - radius, 2 * radius, 2 * radius];
  const ids = { id: i + 1, image_id: 1 + (i % images), category_id: 1 + (i % 80) };
  return { ...ids, iscrowd: 0, area: radius * radius * 2, bbox, segmentation: [ring] };
}

const hundredth = (/** @type {number} */ value) => Math.round(100 * value) / 100;
