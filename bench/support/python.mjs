import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const peersFolder = fileURLToPath(new URL('../peers/', import.meta.url));

/** The peers' own interpreter, made by `node bench/peers/setup.mjs`. */
export const peerPython = join(peersFolder, '.venv/bin/python');

/**
 * The interpreter of peers that have an environment of their own.
 * @param {string} name
 * @returns {string}
 */
export const pythonOf = (name) => join(peersFolder, `.venv-${name}/bin/python`);

/**
 * The peers' interpreter; ends the process with what to do about it where they are not installed.
 * @param {string} [name] of peers in an environment of their own
 * @returns {string}
 */
export function requirePeers(name) {
  const python = name === undefined ? peerPython : pythonOf(name);
  if (existsSync(python)) return python;
  console.error(
    `The Python peers are not installed. Run: node bench/peers/setup.mjs${name === undefined ? '' : ` ${name}`}`,
  );
  process.exit(1);
}
