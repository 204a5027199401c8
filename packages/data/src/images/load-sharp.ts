import type Sharp from 'sharp';

/** The image codec. Imported when the first image is opened: commands that open none need not wait for its native library. */
export const loadSharp = async (): Promise<typeof Sharp> => (await import('sharp')).default;
