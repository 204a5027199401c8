import { describe, expect, it } from 'vitest';
import { openWorkerChannel } from './worker-channel.js';

const workerOf = (code: string): URL => new URL(`data:text/javascript,${encodeURIComponent(code)}`);

describe('openWorkerChannel', () => {
  it('rejects every pending request when the worker dies, and every later one', async () => {
    const channel = openWorkerChannel(
      'test',
      undefined,
      workerOf(`
        import { parentPort } from 'node:worker_threads';
        let received = 0;
        parentPort.on('message', () => { if (++received === 2) throw new Error('boom'); });
      `),
    );
    const requests = [channel.ask('read', { resident: 1 }), channel.ask('read', { resident: 2 })];
    const results = await Promise.allSettled(requests);
    expect(results.map((result) => result.status)).toEqual(['rejected', 'rejected']);
    await expect(requests[0]).rejects.toMatchObject({
      message: 'its worker thread died: boom',
      cause: { message: 'boom' },
    });
    await expect(channel.ask('read', { resident: 3 })).rejects.toThrow('its worker thread died');
    await channel.close();
  });

  it('rejects pending requests when the worker ends by itself', async () => {
    const channel = openWorkerChannel(
      'test',
      undefined,
      workerOf(`
        import { parentPort } from 'node:worker_threads';
        parentPort.on('message', () => process.exit(7));
      `),
    );
    await expect(channel.ask('read', { resident: 1 })).rejects.toThrow('its worker thread ended with code 7');
  });
});
