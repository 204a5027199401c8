/** When the learning rate falls because a score no longer improves. */
export interface PlateauOptions {
  /** Whether more or less of the score is better. */
  readonly mode: 'max' | 'min';
  /** What the learning rate is multiplied by. */
  readonly factor: number;
  /** Checks without improvement that pass before it falls: it falls at the next. */
  readonly patience: number;
  /** Smallest change that counts as an improvement. */
  readonly minDelta: number;
  /** The learning rate's share of its peak never falls below this. */
  readonly minFactor: number;
}

export interface PlateauState {
  readonly best: number | undefined;
  /** Checks without improvement. */
  readonly waited: number;
  /** The learning rate's share of its peak. */
  readonly factor: number;
}

export const plateauStart: PlateauState = { best: undefined, waited: 0, factor: 1 };

/** PyTorch's `ReduceLROnPlateau` with an absolute threshold and no cooldown. A check without a score changes nothing. */
export function plateauReducer(
  options: PlateauOptions,
): (state: PlateauState, value: number | undefined) => PlateauState {
  const sign = options.mode === 'max' ? 1 : -1;
  return (state, value) => {
    if (value === undefined) return state;
    if (state.best === undefined || sign * (value - state.best) > options.minDelta) {
      return { ...state, best: value, waited: 0 };
    }
    if (state.waited < options.patience) return { ...state, waited: state.waited + 1 };
    return { ...state, waited: 0, factor: Math.max(options.minFactor, state.factor * options.factor) };
  };
}
