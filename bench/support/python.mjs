import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const peersFolder = fileURLToPath(new URL('../peers/', import.meta.url));

/** The peers' own interpreter, made by `node bench/peers/setup.mjs`. */
export const peerPython = join(peersFolder, '.venv/bin/python');

/** Ends the process with what to do about it where the Python peers are not installed. */
export function requirePeers() {
  if (existsSync(peerPython)) return;
  console.error('The Python peers are not installed. Run: node bench/peers/setup.mjs');
  process.exit(1);
}
