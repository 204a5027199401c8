/** An error and what caused it. */
export function causes(error: unknown): readonly unknown[] {
  const chain: unknown[] = [];
  for (let link = error; link !== undefined && !chain.includes(link);) {
    chain.push(link);
    link = link instanceof Error ? link.cause : undefined;
  }
  return chain;
}

/** An error and what caused it in one line: `item "a" failed: no such file`. */
export function causesText(error: unknown): string {
  return causes(error)
    .map((each) => (each instanceof Error ? each.message : String(each)))
    .join(': ');
}
