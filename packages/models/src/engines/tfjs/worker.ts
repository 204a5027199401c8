import { workerData } from 'node:worker_threads';
import { answerRequests } from '../worker/answer-requests.js';
import { loadBackend, type BackendEntry } from './load-backend.js';
import { createWorkerSessions } from './worker-sessions.js';

/* Entry of the engine's worker thread, where TensorFlow.js computes. */
const { tf } = await loadBackend(workerData as BackendEntry);
answerRequests(createWorkerSessions(tf));
