import { Observable } from 'rxjs';
import { Edge } from '../flow/edge.js';
import { withFlow } from '../flow/flow-context.js';
import { InputPort } from '../flow/input-port.js';
import { Outlet } from '../flow/outlet.js';
import { ReadyQueue } from '../flow/ready-queue.js';
import { StageGate } from '../flow/stage-gate.js';
import type { EdgeStatistics } from './run-event.js';

/** A stage that is ready to be wired. */
export interface GraphStage {
  readonly id: string;
  /** Producers of each connected input port. */
  readonly inputs: Readonly<Record<string, readonly PortReference[]>>;
  readonly feedback: ReadonlySet<string>;
  readonly connect: (
    inputs: Readonly<Record<string, Observable<unknown>>>,
  ) => Readonly<Record<string, Observable<unknown>>>;
}

export interface PortReference {
  readonly stage: string;
  readonly port: string;
}

export interface GraphOptions {
  /** Items in flight on an edge at most, unless the consumer's window is wider. */
  readonly bound?: number;
  readonly onItem?: (from: PortReference, item: unknown) => void;
}

export type GraphEvent =
  | { readonly type: 'stage-started'; readonly stage: string }
  | { readonly type: 'stage-finished'; readonly stage: string; readonly milliseconds: number };

export interface GraphRun {
  /** Emits until all stages have finished; an error is a `StageFailure`. */
  readonly events: Observable<GraphEvent>;
  readonly statistics: () => readonly EdgeStatistics[];
  /** Edges on which items wait, for the word on a run that stands still. */
  readonly waiting: () => readonly EdgeStatistics[];
  /** No stage holds an item or pulls one. */
  readonly idle: () => boolean;
  /** Resolves when all work that could not be stopped at once has ended, or after a grace period with false. */
  readonly settled: (graceMilliseconds?: number) => Promise<boolean>;
}

/** What a stage's stream or its wiring threw. */
export class StageFailure extends Error {
  readonly stage: string;
  readonly error: unknown;

  constructor(stage: string, error: unknown) {
    super(`stage "${stage}" failed`, { cause: error });
    this.stage = stage;
    this.error = error;
  }
}

const DEFAULT_BOUND = 8;

/** Stages that hand an item on to each other on the call stack at most: some of their operators lie between two. */
const MAX_DEPTH = 32;

/** Wires stages (given in topological order) with bounded edges. Nothing moves before `events` is subscribed to; unsubscribing stops all. */
export function runGraph(stages: readonly GraphStage[], options: GraphOptions = {}): GraphRun {
  const graph = new Graph(stages, options);
  return {
    events: new Observable<GraphEvent>((subscriber) => {
      graph.start(
        (event) => subscriber.next(event),
        (failure) => subscriber.error(failure),
        () => subscriber.complete(),
      );
      return () => graph.stop();
    }),
    statistics: () => graph.edges.map((edge) => edge.statistics()),
    waiting: () => graph.edges.filter((edge) => edge.waiting > 0).map((edge) => edge.statistics()),
    idle: () => graph.nodes.every(({ gate }) => gate.idle),
    settled: async (graceMilliseconds = 5000) => {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<false>((resolve) => {
        timer = setTimeout(() => resolve(false), graceMilliseconds);
      });
      const all = Promise.all(graph.nodes.map((node) => node.gate.settled())).then(() => true);
      const inTime = await Promise.race([all, late]);
      clearTimeout(timer);
      return inTime;
    },
  };
}

interface Node {
  readonly stage: GraphStage;
  readonly gate: StageGate;
  readonly ports: Map<string, InputPort>;
  /** Edges that leave each connected output port. */
  readonly outputs: Map<string, Edge[]>;
  readonly outlets: Map<string, Outlet>;
  open: Set<string>;
  startedAt: number | undefined;
  finished: boolean;
}

class Graph {
  readonly nodes: readonly Node[];
  readonly edges: Edge[] = [];
  readonly #options: GraphOptions;
  readonly #queue = new ReadyQueue();
  #next: (event: GraphEvent) => void = () => undefined;
  #error: (failure: StageFailure) => void = () => undefined;
  #complete: () => void = () => undefined;
  #stopped = false;

  constructor(stages: readonly GraphStage[], options: GraphOptions) {
    this.#options = options;
    this.nodes = stages.map((stage) => {
      const node: Node = {
        stage,
        gate: new StageGate(stage.id, this.#queue, () => this.#begin(node)),
        ports: new Map(),
        outputs: new Map(),
        outlets: new Map(),
        open: new Set(),
        startedAt: undefined,
        finished: false,
      };
      return node;
    });
    this.#link();
  }

  start(next: (event: GraphEvent) => void, error: (failure: StageFailure) => void, complete: () => void): void {
    this.#next = next;
    this.#error = error;
    this.#complete = complete;
    if (this.nodes.length === 0) complete();
    // As a task, so that all is in place before any other is run.
    else this.#queue.schedule({ scheduled: false, drain: () => this.#connect() });
  }

  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#queue.stop();
    for (const node of this.nodes) for (const each of node.outlets.values()) each.unsubscribe();
    // Who waits for a word in a promise of its own, which nothing can unsubscribe from, hears that none will come.
    for (const node of this.nodes) for (const port of node.ports.values()) if (port.feedback) port.close();
  }

  #connect(): void {
    const wired = this.nodes.map((node) => ({ node, outputs: this.#wire(node) }));
    // Consumers first: a source that pushes at once finds all that is behind it in place.
    for (const { node, outputs } of wired.reverse()) this.#subscribe(node, outputs);
  }

  #link(): void {
    const byId = new Map(this.nodes.map((node) => [node.stage.id, node]));
    const levels = levelsOf(this.nodes.map(({ stage }) => stage));
    for (const consumer of this.nodes) {
      for (const [port, sources] of Object.entries(consumer.stage.inputs)) {
        const input = new InputPort(consumer.gate, consumer.stage.feedback.has(port));
        consumer.ports.set(port, input);
        for (const source of sources) {
          const producer = byId.get(source.stage)!;
          const name = `${source.stage}.${source.port} -> ${consumer.stage.id}.${port}`;
          const bound = this.#options.bound ?? DEFAULT_BOUND;
          const direct =
            Math.floor(levels.get(source.stage)! / MAX_DEPTH) ===
            Math.floor(levels.get(consumer.stage.id)! / MAX_DEPTH);
          const edge = new Edge(name, producer.gate, input, {
            bound,
            direct,
            loop: this.#queue,
            onAbandon: () => this.#abandoned(producer),
          });
          this.edges.push(edge);
          producer.outputs.set(source.port, [...(producer.outputs.get(source.port) ?? []), edge]);
        }
      }
    }
  }

  #wire(node: Node): Readonly<Record<string, Observable<unknown>>> {
    if (this.#stopped) return {};
    const inputs = Object.fromEntries([...node.ports].map(([name, port]) => [name, port.stream]));
    let outputs: Readonly<Record<string, Observable<unknown>>> = {};
    withFlow({ stage: node.gate, delivery: undefined }, () => {
      try {
        outputs = node.stage.connect(inputs);
      } catch (error) {
        this.#fail(node, error);
      }
    });
    return outputs;
  }

  #subscribe(node: Node, outputs: Readonly<Record<string, Observable<unknown>>>): void {
    if (this.#stopped) return;
    node.open = new Set(Object.keys(outputs));
    withFlow({ stage: node.gate, delivery: undefined }, () => {
      for (const [port, stream] of Object.entries(outputs)) {
        const onItem = this.#options.onItem;
        const from = { stage: node.stage.id, port };
        const outlet = new Outlet(node.gate, node.outputs.get(port) ?? [], {
          onItem: onItem && ((item) => onItem(from, item)),
          onError: (error) => this.#fail(node, error),
          onComplete: () => this.#end(node, port),
        });
        node.outlets.set(port, outlet);
        stream.subscribe(outlet);
      }
    });
    if (node.open.size === 0) this.#finish(node);
    node.gate.open();
  }

  #begin(node: Node): void {
    if (node.startedAt !== undefined || this.#stopped) return;
    node.startedAt = performance.now();
    this.#next({ type: 'stage-started', stage: node.stage.id });
  }

  #fail(node: Node, error: unknown): void {
    if (this.#stopped) return;
    this.stop();
    this.#error(new StageFailure(node.stage.id, error));
  }

  #end(node: Node, port: string): void {
    if (this.#stopped || !node.open.delete(port)) return;
    if (node.open.size === 0) this.#finish(node);
    for (const edge of node.outputs.get(port) ?? []) edge.complete();
  }

  #finish(node: Node): void {
    if (node.finished || this.#stopped) return;
    node.finished = true;
    this.#begin(node);
    const milliseconds = performance.now() - (node.startedAt ?? 0);
    this.#next({ type: 'stage-finished', stage: node.stage.id, milliseconds });
    for (const port of node.ports.values()) port.abandon();
    if (this.nodes.every((each) => each.finished) && !this.#isStopped()) {
      this.stop();
      this.#complete();
    }
  }

  /**
   * Nobody wants what a stage makes: it is stopped, as RxJS would. A stage that takes feedback ends by itself, since it must
   * hear the last word on its work.
   */
  #abandoned(node: Node): void {
    if (this.#stopped || node.finished || node.stage.feedback.size > 0) return;
    const ports = [...node.open];
    const unwanted = ports.every((port) => {
      const edges = node.outputs.get(port) ?? [];
      return edges.length > 0 && edges.every((edge) => edge.abandoned);
    });
    if (!unwanted) return;
    for (const port of ports) {
      node.outlets.get(port)?.unsubscribe();
      this.#end(node, port);
    }
  }

  /** `stop` may have been called by a subscriber to an event. */
  #isStopped(): boolean {
    return this.#stopped;
  }
}

/** How many stages lie before each one at most. Feedback does not count. */
function levelsOf(stages: readonly GraphStage[]): ReadonlyMap<string, number> {
  const levels = new Map<string, number>();
  for (const { id, inputs, feedback } of stages) {
    const before = Object.entries(inputs).flatMap(([port, sources]) => (feedback.has(port) ? [] : sources));
    levels.set(id, Math.max(0, ...before.map(({ stage }) => levels.get(stage)! + 1)));
  }
  return levels;
}
