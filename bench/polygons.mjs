/**
 * Our rasteriser against the COCO mask API (pycocotools) on random polygons: every pixel must be the same. See README.md.
 * node bench/polygons.mjs [--cases 2000] [--seed 0]
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { randomOf } from '@sluice/core';
import { countsOfMask, encodeRleString, rasterize } from '@sluice/data';
import { peersFolder, requirePeers } from './support/python.mjs';
import { printResult } from './support/report.mjs';

const { values: options } = parseArgs({
  options: { cases: { type: 'string', default: '2000' }, seed: { type: 'string', default: '0' } },
});
const python = requirePeers('datumaro');
const cases = Array.from({ length: Number(options.cases) }, (_, i) => polygonCase(i));
const ours = cases.map(({ width, height, rings }) =>
  encodeRleString(countsOfMask(rasterize({ kind: 'polygons', rings }, width, height))),
);

const input = cases.map((each) => `${JSON.stringify(each)}\n`).join('');
const peer = spawnSync(python, [join(peersFolder, 'cocoapi_polygons.py')], { input, maxBuffer: 2 ** 30 });
if (peer.status !== 0) throw new Error(`pycocotools failed: ${peer.stderr.toString()}`);
const theirs = peer.stdout.toString().trimEnd().split('\n');
const differ = ours.filter((text, i) => text !== theirs[i]).length;
printResult({ compared: theirs.length, differ });
if (differ > 0 || theirs.length !== cases.length) process.exitCode = 1;

/**
 * One to three rings, within the image, across its border or far beyond it; whole, halved or any coordinates.
 * @param {number} index
 */
function polygonCase(index) {
  const random = randomOf(Number(options.seed), 'polygon', index);
  const whole = (/** @type {number} */ below) => Math.floor(random.uniform() * below);
  const [width, height] = [1 + whole(80), 1 + whole(80)];
  const reach = [1, 1.5, 40][whole(3)];
  const step = [1, 0.5, 0.01, 1e-6][whole(4)];
  const coordinate = (/** @type {number} */ side) =>
    Math.round(((random.uniform() - 0.5) * reach + 0.5) * side * (1 / step)) * step;
  const ring = () => Array.from({ length: 3 + whole(12) }, () => [coordinate(width), coordinate(height)]).flat();
  return { width, height, rings: Array.from({ length: 1 + whole(3) }, ring) };
}
