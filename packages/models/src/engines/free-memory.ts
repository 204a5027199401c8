import { MessageChannel } from 'node:worker_threads';

/** Smaller buffers are left to the collector. */
const LARGE = 2 ** 16;

/**
 * Gives the memory of buffers that nothing uses any more back now; they are empty then. The collector sees but small objects, and lets
 * hundreds of megabytes of weights and images lie until it is pressed.
 */
export function freeMemory(buffers: Iterable<ArrayBufferLike>): void {
  const large = [...new Set(buffers)].filter(
    (buffer): buffer is ArrayBuffer => buffer instanceof ArrayBuffer && buffer.byteLength >= LARGE,
  );
  if (large.length === 0) return;
  // A message to a port that is closed is thrown away, and what moved with it.
  const { port1, port2 } = new MessageChannel();
  port2.close();
  port1.postMessage(undefined, large);
  port1.close();
}
