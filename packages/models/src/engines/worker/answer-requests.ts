import { parentPort } from 'node:worker_threads';
import { answerBy, type Handlers } from './handlers.js';
import type { ReplyMessage, RequestMessage } from './requests.js';

/** The worker's loop: requests are answered one at a time, in order, until the engine closes. */
export function answerRequests<Model>(handlers: Handlers<Model>): void {
  const port = parentPort;
  if (port === null) return;
  let previous = Promise.resolve();

  const reply = async (message: RequestMessage<Model>): Promise<void> => {
    try {
      const { body, transfer } = await answerBy(handlers, message);
      port.postMessage({ id: message.id, ok: true, body } satisfies ReplyMessage, transfer);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      port.postMessage({ id: message.id, ok: false, message: reason } satisfies ReplyMessage);
    }
    if (message.request === 'close') port.close();
  };

  port.on('message', (message: RequestMessage<Model>) => {
    previous = previous.then(() => reply(message));
  });
}
