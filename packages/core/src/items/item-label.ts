/** What messages and lists call an item: its `key` or `id`, itself where it is short text or a number, else its place in the stream. */
export function labelOf(item: unknown, index: number): string {
  if (typeof item === 'string' && item.length <= 80) return item;
  if (typeof item === 'number') return String(item);
  if (typeof item === 'object' && item !== null) {
    for (const name of ['key', 'id', 'name']) {
      const value = (item as Readonly<Record<string, unknown>>)[name];
      if (typeof value === 'string' || typeof value === 'number') return String(value);
    }
  }
  return `#${String(index + 1)}`;
}
