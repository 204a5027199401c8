/**
 * What a service turned out to be on this machine, where the pipeline file leaves that open: which library computes, and why. It goes
 * into the run's manifest under the service's key, and into no cache key.
 */
export type NoteService = (service: string, facts: Readonly<Record<string, string>>) => void;
