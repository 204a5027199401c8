import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs';

/** Writes a checkpoint of an image encoder whose one tensor has so many bytes, all zeros, which take no room on the disk. */
export function writeHollowCheckpoint(path: string, bytes: number): void {
  const tensor = { dtype: 'F32', shape: [bytes / 4], data_offsets: [0, bytes] };
  const header = Buffer.from(JSON.stringify({ 'image_encoder.pos_embed': tensor }));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  const file = openSync(path, 'w');
  writeSync(file, Buffer.concat([length, header]));
  ftruncateSync(file, 8 + header.length + bytes);
  closeSync(file);
}
