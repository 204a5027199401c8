/*
 * Sizes of SAM's mask decoder (Kirillov et al. 2023), the same for all its variants.
 */

/** Channels of embeddings and tokens. */
export const CHANNELS = 256;

/** Side of the image embedding; the decoder sees GRID x GRID image tokens. */
export const GRID = 64;
export const IMAGE_TOKENS = GRID * GRID;

/** Side of the low-resolution logits: each image token becomes 4x4 of them. */
export const LOW_RES = 4 * GRID;
export const LOW_RES_PIXELS = LOW_RES * LOW_RES;

export const HEADS = 8;

/** One token for the IoU prediction and four for masks come before a prompt's own tokens. */
export const MASK_TOKENS = 4;
export const OUTPUT_TOKENS = 1 + MASK_TOKENS;
