import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import { describeNode, entryOf, without, type LocatedMap, type LocatedNode } from './located-node.js';
import { mergeFiles } from './merge-nodes.js';
import { parseYaml } from './parse-yaml.js';
import { LANGUAGE_VERSION } from './pipeline-schema.js';
import { problem, type Report } from './problem.js';
import { displayName, readSource } from './read-source.js';
import type { Place } from './source-text.js';

const MAX_DEPTH = 16;
/** Files that one pipeline may be made of. */
const MAX_FILES = 32;

export interface ReadPipeline {
  /** The file laid over all that it extends; `extends` itself is gone. */
  readonly root: LocatedNode;
  /** SHA-256 (hex) of the file's bytes; of all files' digests, in the order of reading, where it extends others. */
  readonly digest: string;
}

interface Reading {
  readonly cwd: string;
  readonly report: Report;
  /** Files read so far by absolute path; nothing where one was faulty. A file that is extended twice is read once. */
  readonly done: Map<string, LocatedNode | undefined>;
  readonly digests: string[];
}

/** A file that is extended, and where that is written. */
interface Base {
  readonly path: string;
  readonly place: Place;
}

/** Reads a pipeline file and what it extends, each under the same limits. Nothing comes back where one of the files is no YAML. */
export async function readPipelineFile(file: string, cwd: string, report: Report): Promise<ReadPipeline | undefined> {
  const reading: Reading = { cwd, report, done: new Map(), digests: [] };
  const root = await read(resolve(cwd, file), undefined, [], reading);
  if (root === undefined) return undefined;
  const [first = '', ...others] = reading.digests;
  return { root, digest: others.length === 0 ? first : sha256(reading.digests.join('\n')) };
}

async function read(
  path: string,
  namedAt: Place | undefined,
  above: readonly string[],
  reading: Reading,
): Promise<LocatedNode | undefined> {
  if (reading.done.has(path)) return reading.done.get(path);
  const node = await readAndMerge(path, namedAt, [...above, path], reading);
  reading.done.set(path, node);
  return node;
}

async function readAndMerge(
  path: string,
  namedAt: Place | undefined,
  chain: readonly string[],
  reading: Reading,
): Promise<LocatedNode | undefined> {
  const { cwd, report, digests } = reading;
  const found = await readSource(path, cwd, report, namedAt);
  if (found === undefined) return undefined;
  digests.push(sha256(found.bytes));
  const node = parseYaml(found.source, report);
  if (node?.kind !== 'map') {
    if (node !== undefined && namedAt !== undefined) {
      report(problem('wrong-type', node.place, { message: 'a pipeline file must be a mapping' }));
      return undefined;
    }
    return node;
  }
  if (namedAt !== undefined && !isOfThisVersion(node, report)) return undefined;
  const bases = basesOf(node, report);
  let sound = bases !== undefined;
  let inherited: LocatedMap | undefined;
  for (const base of bases ?? []) {
    const merged = mayExtend(base, chain, reading) ? await read(base.path, base.place, chain, reading) : undefined;
    if (merged?.kind !== 'map') sound = false;
    else inherited = inherited === undefined ? merged : mergeFiles(inherited, merged);
  }
  if (!sound) return undefined;
  const own = without(node, 'extends');
  return inherited === undefined ? own : mergeFiles(inherited, own);
}

/** The files that `extends` names; nothing, with a report, where it names something else. */
function basesOf(node: LocatedMap, report: Report): readonly Base[] | undefined {
  const value = entryOf(node, 'extends')?.value;
  if (value === undefined) return [];
  const bases = (value.kind === 'list' ? value.items : [value]).map((item) => baseOf(item, report));
  return bases.includes(undefined) ? undefined : bases.filter((base) => base !== undefined);
}

function baseOf(node: LocatedNode, report: Report): Base | undefined {
  const text = node.kind === 'scalar' && typeof node.value === 'string' ? node.value : undefined;
  const reason =
    text === undefined || text === ''
      ? `\`extends\` takes the path of a pipeline file, or a list of them, not ${text === '' ? 'an empty text' : describeNode(node)}`
      : /^[a-z][a-z0-9+.-]+:\/\//i.test(text)
        ? `\`extends\` reads no URL: ${text}`
        : /\.ya?ml$/i.test(text)
          ? undefined
          : `\`extends\` reads files that end in .yaml or .yml only, not ${text}`;
  if (reason !== undefined) report(problem('bad-extends', node.place, { reason }));
  return reason === undefined ? { path: resolve(node.place.source.folder, text ?? ''), place: node.place } : undefined;
}

function mayExtend({ path, place }: Base, chain: readonly string[], { cwd, report, done, digests }: Reading): boolean {
  if (chain.includes(path)) {
    const files = [...chain.slice(chain.indexOf(path)), path].map((each) => displayName(each, cwd));
    report(problem('extends-cycle', place, { files }));
    return false;
  }
  if (chain.length > MAX_DEPTH) {
    report(
      problem('bad-extends', place, { reason: `files extend each other more than ${String(MAX_DEPTH)} levels deep` }),
    );
    return false;
  }
  if (!done.has(path) && digests.length >= MAX_FILES) {
    report(problem('bad-extends', place, { reason: `a pipeline is made of more than ${String(MAX_FILES)} files` }));
    return false;
  }
  return true;
}

/** Checked here, because the version of the file that is laid over it hides its own. */
function isOfThisVersion(node: LocatedMap, report: Report): boolean {
  const version = entryOf(node, 'sluice')?.value;
  if (version === undefined || (version.kind === 'scalar' && version.value === LANGUAGE_VERSION)) return true;
  const found = version.kind === 'scalar' ? JSON.stringify(version.value) : describeNode(version);
  const hint = `this version of sluice reads \`sluice: ${String(LANGUAGE_VERSION)}\``;
  report(problem('unsupported-version', version.place, { found }, { hint }));
  return false;
}

const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');
