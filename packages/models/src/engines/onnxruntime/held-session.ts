import type { InferenceSession } from 'onnxruntime-node';

/**
 * A session that is released when the last of its holders lets go: who opened it, and each tensor on the device that it made. Such a
 * tensor is freed by its session's allocator, so a session that ends before its tensors takes the process down when they are freed.
 */
export class HeldSession {
  readonly session: InferenceSession;
  #holders = 1;

  constructor(session: InferenceSession) {
    this.session = session;
  }

  hold(): this {
    this.#holders += 1;
    return this;
  }

  async letGo(): Promise<void> {
    this.#holders -= 1;
    if (this.#holders === 0) await this.session.release();
  }
}
