/** Parts of a network that are quantized or left in float together, and what quantizing one alone does. */
export interface RankedGroup {
  readonly group: string;
  /** Relative error of the network's output where this group alone is quantized. */
  readonly error: number;
}

/** A measured choice: this many of the worst groups in float. */
export interface GateTrial {
  readonly float: number;
  readonly f1: number;
}

export interface GateOutcome {
  readonly holds: boolean;
  /** Groups left in float, worst first; where the gate can't hold, those of the last trial. */
  readonly float: readonly string[];
  /** F1 with that choice. */
  readonly f1: number;
  /** In the order in which they were measured. */
  readonly trials: readonly GateTrial[];
  /** All groups, worst first; empty where nothing had to be ranked. */
  readonly ranking: readonly RankedGroup[];
}

export interface GateOptions {
  /** F1 that must be reached. */
  readonly atLeast: number;
  /** F1 with these groups in float and all others quantized. */
  readonly measure: (float: ReadonlySet<string>) => Promise<number>;
  /** All groups, worst first; asked for only where quantizing all of them is too much. */
  readonly rank: () => Promise<readonly RankedGroup[]>;
  /** Whether it is worth while to quantize what these groups leave. */
  readonly isWorthwhile: (float: ReadonlySet<string>) => boolean;
}

/**
 * Quantizes as much as F1 allows: all groups at first, then without the worst 1, 2, 4, … until the gate holds, then as few of them as it
 * takes, by bisection. F1 is measured at most twice the logarithm of the number of groups. Ends without holding where only what is not
 * worth while would be left.
 */
export async function holdGate({ atLeast, measure, rank, isWorthwhile }: GateOptions): Promise<GateOutcome> {
  const trials: GateTrial[] = [];
  let ranking: readonly RankedGroup[] = [];
  const worst = (count: number): readonly string[] => ranking.slice(0, count).map(({ group }) => group);
  const f1Of = async (count: number): Promise<number> => {
    const f1 = await measure(new Set(worst(count)));
    trials.push({ float: count, f1 });
    return f1;
  };
  const outcome = (holds: boolean, count: number, f1: number): GateOutcome => {
    return { holds, float: worst(count), f1, trials, ranking };
  };

  const all = await f1Of(0);
  if (all >= atLeast) return outcome(true, 0, all);
  ranking = await rank();
  let most = ranking.length;
  while (most > 0 && !isWorthwhile(new Set(worst(most)))) most--;

  let [failed, held] = [{ count: 0, f1: all }, undefined as { count: number; f1: number } | undefined];
  while (held === undefined && failed.count < most) {
    const count = Math.min(most, Math.max(1, 2 * failed.count));
    const f1 = await f1Of(count);
    if (f1 >= atLeast) held = { count, f1 };
    else failed = { count, f1 };
  }
  if (held === undefined) return outcome(false, failed.count, failed.f1);
  while (held.count - failed.count > 1) {
    const count = Math.floor((held.count + failed.count) / 2);
    const f1 = await f1Of(count);
    if (f1 >= atLeast) held = { count, f1 };
    else failed = { count, f1 };
  }
  return outcome(true, held.count, held.f1);
}
