import { nodeAt, type LocatedMap, type LocatedNode, type PlainValue } from './located-node.js';
import { positionOf } from './source-text.js';

/** Where one value of a resolved pipeline came from. */
export interface ValueOrigin {
  /** Dotted, as for `--set`; items of lists by number. */
  readonly path: string;
  readonly value: PlainValue;
  /** For a reader: `base.yaml:12:9`, `--set`, `default of train-decoder`. */
  readonly origin: string;
  /** Of the value's scalar; missing for a default, and where it came by the command line or the environment. */
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
}

/** The origin of every value of a resolved pipeline (and of empty lists and mappings), in its order. `root` is what it was resolved from. */
export function valueOrigins(resolved: Readonly<Record<string, unknown>>, root: LocatedMap): readonly ValueOrigin[] {
  const origins: ValueOrigin[] = [];
  walk(resolved, root, []);
  return origins;

  function walk(value: unknown, node: LocatedNode | undefined, path: readonly string[]): void {
    // The file may say `[a]` where the resolved pipeline says `a`.
    const here = node?.kind === 'list' && !Array.isArray(value) ? node.items[0] : node;
    const parts = typeof value === 'object' && value !== null ? Object.entries(value) : [];
    for (const [key, part] of parts) {
      const next = here?.kind === 'scalar' ? undefined : here && nodeAt(here, [key]);
      walk(part, next, [...path, key]);
    }
    if (parts.length === 0)
      origins.push({ path: path.join('.'), value: value as PlainValue, ...originOf(here, path, root) });
  }
}

type Origin = Omit<ValueOrigin, 'path' | 'value'>;

function originOf(node: LocatedNode | undefined, path: readonly string[], root: LocatedMap): Origin {
  if (node === undefined) return { origin: defaultOf(path, root) };
  const place = node.origin ?? node.place;
  const { file, line, column } = positionOf(place);
  const outside = file.startsWith('--') || file.startsWith('environment ');
  const where = outside ? file : `${file}:${String(line)}:${String(column)}`;
  const layer = node.layer === undefined ? [] : [node.layer];
  const variables = node.variables ?? [];
  // A value that is a variable stands where the variable does; a text that holds variables stands where it is written.
  const [before, behind] = node.origin === undefined ? [[], variables] : [variables, []];
  const origin = [...before, ...layer, [where, ...(behind.length > 0 ? ['with', behind.join(', ')] : [])].join(' ')];
  return { origin: origin.join(', '), ...(!outside && { file, line, column }) };
}

function defaultOf([block = '', id = '', key]: readonly string[], root: LocatedMap): string {
  if (!['stages', 'services'].includes(block) || key !== 'with') return 'default';
  const uses = nodeAt(root, [block, id, 'uses']);
  return uses?.kind === 'scalar' ? `default of ${String(uses.value)}` : 'default';
}
