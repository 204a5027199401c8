/** Decoded pixels. */
export interface RgbImage {
  readonly width: number;
  readonly height: number;
  /** `[height, width, 3]`, RGB. */
  readonly data: Uint8Array;
}
