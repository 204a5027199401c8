export { ingest } from './ingest.js';
export { ingestOptions, type IngestOptions } from './options.js';
