import { findFormat, openDataset, type FoundFormat } from '@sluice/data';

/** Opens a dataset, finds its format and does something with it; what was unpacked is removed at the end. */
export async function withDataset<T>(
  path: string,
  format: string | undefined,
  action: (root: string, found: FoundFormat) => Promise<T>,
): Promise<T> {
  const { root, close } = await openDataset(path);
  try {
    return await action(root, await findFormat(root, format ?? 'auto'));
  } finally {
    await close();
  }
}
