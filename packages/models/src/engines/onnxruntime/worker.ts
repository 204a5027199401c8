import { workerData } from 'node:worker_threads';
import { answerRequests } from '../worker/answer-requests.js';
import type { WorkerOptions } from './protocol.js';
import { createWorkerSessions } from './worker-sessions.js';

/* Entry of the engine's worker thread, where onnxruntime's blocking calls are made. */
answerRequests(createWorkerSessions(workerData as WorkerOptions));
