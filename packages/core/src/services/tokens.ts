import type { ServiceIdentifier } from 'inversify';
import type { ContentStore } from './content-store.js';

/** Content-addressed store on disk; embeddings lie here. */
export const CONTENT_STORE: ServiceIdentifier<ContentStore> = Symbol.for('sluice.ContentStore');
