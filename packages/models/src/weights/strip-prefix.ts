/** What wrappers put before every name: PyTorch's DataParallel, `torch.compile`, Lightning's modules. */
const prefixes = ['module.', '_orig_mod.', 'model.'];

/** Names without the prefixes that all of them share, with a note for each that went. */
export function stripPrefix<T>(tensors: ReadonlyMap<string, T>): {
  readonly named: ReadonlyMap<string, T>;
  readonly notes: readonly string[];
} {
  let named = tensors;
  const notes: string[] = [];
  for (let prefix = sharedPrefix(named); prefix !== undefined; prefix = sharedPrefix(named)) {
    const { length } = prefix;
    named = new Map([...named].map(([name, value]) => [name.slice(length), value]));
    notes.push(`the prefix "${prefix}" of all ${String(named.size)} names was left away`);
  }
  return { named, notes };
}

function sharedPrefix(tensors: ReadonlyMap<string, unknown>): string | undefined {
  const names = [...tensors.keys()];
  if (names.length === 0) return undefined;
  return prefixes.find((prefix) => names.every((name) => name.length > prefix.length && name.startsWith(prefix)));
}
