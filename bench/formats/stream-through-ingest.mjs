import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { writeCocoFile } from './write-coco-file.mjs';

/**
 * Streams a large dataset through the stage `ingest` in a process of its own.
 * @param {string} root
 * @param {number} images
 * @returns {Promise<{ images: number, rssMb: number, seconds: number, megabytes: number }>}
 */
export async function streamThroughIngest(root, images) {
  const megabytes = await writeCocoFile(root, { images, annotations: images });
  const script = fileURLToPath(new URL('ingest-stream.mjs', import.meta.url));
  const child = spawn(process.execPath, [script, root], { stdio: ['ignore', 'pipe', 'inherit'] });
  const out = await text(child.stdout);
  return { megabytes: Math.round(megabytes), ...JSON.parse(out) };
}
