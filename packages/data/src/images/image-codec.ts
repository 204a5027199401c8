import { serviceToken } from '@sluice/core';
import type { ServiceIdentifier } from 'inversify';
import type { ImageRef } from '../contracts.js';
import { decodeImage } from './decode-image.js';
import { imageSize, type StoredSize } from './image-size.js';
import type { RgbImage } from './rgb-image.js';

/** Reads image files. */
export interface ImageCodec {
  /** Stands in the digest of what is made of its pixels: codecs that may give other pixels have other names. */
  readonly name: string;
  /** RGB bytes of the declared size; throws where the file can't be decoded or has another size. */
  readonly decode: (image: ImageRef) => Promise<RgbImage>;
  /** Size from the file's header; nothing where it has none that can be read. */
  readonly size: (path: string) => Promise<StoredSize | undefined>;
}

/** The service `codec`. */
export const IMAGE_CODEC: ServiceIdentifier<ImageCodec> = serviceToken('sluice.ImageCodec');

/** The default: libvips by way of sharp. */
export const sharpCodec: ImageCodec = { name: 'sharp', decode: decodeImage, size: imageSize };
