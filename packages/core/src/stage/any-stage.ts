import type { Observable } from 'rxjs';
import type { DataContract } from './data-contract.js';
import type { InputPort, Lack, StageDefinition } from './define-stage.js';
import type { StageContext } from './stage-context.js';

/** Any stage, whatever its ports, options and services: what registries and runs hold. */
export interface AnyStage extends Omit<StageDefinition, 'create' | 'lacks'> {
  readonly lacks?: (options: never) => Promise<readonly Lack[]>;
  readonly create: (
    options: never,
    services: never,
    context: StageContext,
  ) => (inputs: never) => Readonly<Record<string, Observable<unknown>>>;
}

export type StreamRecord = Readonly<Record<string, Observable<unknown>>>;

/** Makes the stage's streams; options must have been checked against its schema, and services be resolved from its tokens. */
export function connectStage(
  stage: AnyStage,
  options: Readonly<Record<string, unknown>>,
  services: Readonly<Record<string, unknown>>,
  context: StageContext,
): (inputs: StreamRecord) => StreamRecord {
  const create = stage.create as (
    options: unknown,
    services: unknown,
    context: StageContext,
  ) => (inputs: unknown) => StreamRecord;
  return create(options, services, context);
}

/** A port's contract and flags, in one form. */
export function inputPort(port: DataContract<unknown> | InputPort<unknown>): InputPort<unknown> {
  return 'contract' in port ? port : { contract: port, optional: false, feedback: false };
}
