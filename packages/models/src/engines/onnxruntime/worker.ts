import { parentPort, workerData } from 'node:worker_threads';
import type { ReplyMessage, RequestMessage, WorkerOptions } from './protocol.js';
import { createWorkerSessions } from './worker-sessions.js';

/*
 * Entry of the engine's worker thread, where onnxruntime's blocking calls are made. Requests are answered one at a time, in order.
 */
const port = parentPort;
if (port !== null) {
  const sessions = createWorkerSessions(workerData as WorkerOptions);
  let previous = Promise.resolve();

  const answer = async (message: RequestMessage): Promise<void> => {
    try {
      const { body, transfer } = await sessions.answer(message);
      port.postMessage({ id: message.id, ok: true, body } satisfies ReplyMessage, transfer);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      port.postMessage({ id: message.id, ok: false, message: reason } satisfies ReplyMessage);
    }
    if (message.request === 'close') port.close();
  };

  port.on('message', (message: RequestMessage) => {
    previous = previous.then(() => answer(message));
  });
}
