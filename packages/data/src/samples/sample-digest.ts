import { canonicalDigest } from '@sluice/core';
import type { Sample } from '../contracts.js';

/** SHA-256 (hex) of what a sample's masks and prompts depend on: its key, the image's size, the instances. Where the image lies doesn't matter. */
export function sampleDigest({ key, image: { width, height }, instances }: Sample): string {
  return canonicalDigest({ key, width, height, instances });
}
