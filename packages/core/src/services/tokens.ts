import type { ServiceIdentifier } from 'inversify';
import type { RunFolder } from '../run/run-folder.js';
import type { ContentStore } from './content-store.js';
import type { LogWriter } from './log-writer.js';
import type { Logger } from './logger.js';
import type { NoteService } from './note-service.js';
import { serviceToken } from './service-token.js';
import type { StateStore } from './state-store.js';

/** Content-addressed store on disk; embeddings lie here. */
export const CONTENT_STORE: ServiceIdentifier<ContentStore> = serviceToken('sluice.ContentStore');

/** The run's logger, bound in every run. */
export const LOGGER: ServiceIdentifier<Logger> = serviceToken('sluice.Logger');

/** Gets the lines of the run's log beside its file; unbound unless `services: { logger: ... }` names a package. */
export const LOG_WRITER: ServiceIdentifier<LogWriter> = serviceToken('sluice.LogWriter');

/** Tells the run's manifest what a service turned out to be, bound in every run; where a run is only planned, it tells nobody. */
export const NOTE_SERVICE: ServiceIdentifier<NoteService> = serviceToken('sluice.NoteService');

/** Snapshots of long work on disk; training's state lies here. */
export const STATE_STORE: ServiceIdentifier<StateStore> = serviceToken('sluice.StateStore');

/** The folder of the run, bound in every run; not where a run is only planned. */
export const RUN_FOLDER: ServiceIdentifier<RunFolder> = serviceToken('sluice.RunFolder');
