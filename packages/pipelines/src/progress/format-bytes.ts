const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];

/** `0 B`, `950 B`, `1.2 kB`, `48.2 MB`, `20 GB`: thousands, as disks are sold. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  // As it will be rounded: 999.96 kB is 1 MB.
  while (Number(value.toFixed(1)) >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${Number(value.toFixed(1))} ${units[unit]!}`;
}
