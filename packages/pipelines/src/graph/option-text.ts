/** An option's value as YAML would have it on one line; long ones end in `…`. */
export function optionText(value: unknown, limit = Infinity): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > limit ? `${text.slice(0, limit - 1)}…` : text;
}
