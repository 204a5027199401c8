import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { runCommand } from './run-command.mjs';
import { root } from './workspace.mjs';

const builder = path.join(root, '..', 'shared', 'tools', 'build-tfjs-node');
const cache = path.join(process.env.XDG_CACHE_HOME || path.join(homedir(), '.cache'), 'sluice', 'tfjs-node');
const binding = path.join('node_modules', '@tensorflow', 'tfjs-node', 'lib', 'napi-v8', 'tfjs_binding.node');

/**
 * A folder with a native tfjs-node in its `node_modules`: what SLUICE_TFJS_NODE names, else one in the user's cache, which is built there if
 * `../shared` has the tool for it; `undefined` where there is none. Its own install script downloads, the tool doesn't.
 * @param {{ build?: boolean }} [options]
 */
export async function nativeTfjs({ build = false } = {}) {
  if (process.env.SLUICE_TFJS_NODE) return process.env.SLUICE_TFJS_NODE;
  if (existsSync(path.join(cache, binding))) return cache;
  if (!build || !existsSync(builder)) return undefined;
  const { code, text } = await runCommand([builder, [cache]]);
  if (code !== 0) throw new Error(`${builder} failed:\n${text}`);
  return cache;
}
