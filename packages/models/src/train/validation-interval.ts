/** Epochs between two validations as OTX chooses them: the fewer steps an epoch has, the more epochs, at most 5. */
export const adaptiveInterval = (stepsPerEpoch: number, epochs: number): number =>
  Math.max(1, Math.round(Math.exp(-0.025 * stepsPerEpoch) * Math.min(5, epochs)));

/** Early stopping's patience in validations that are `interval` epochs apart, as OTX has it: at least 5, and untouched where they are 1 apart. */
export const adaptedPatience = (patience: number, interval: number): number =>
  interval === 1 ? patience : Math.max(5, Math.floor(patience / interval));

/** A plateau's patience likewise: at least 2. */
export const adaptedPlateauPatience = (patience: number, interval: number): number =>
  interval === 1 ? patience : Math.max(3, Math.floor((patience + 1) / interval)) - 1;

/** Steps between two checkpoints that lie `epochs` apart, which may be a fraction. */
export const stepsApart = (epochs: number, stepsPerEpoch: number): number =>
  Math.max(1, Math.round(epochs * stepsPerEpoch));

/** Epochs trained after some steps; a fraction within an epoch, to six digits. */
export const epochAfter = (step: number, stepsPerEpoch: number): number =>
  step === 0 ? 0 : Math.round((1e6 * step) / stepsPerEpoch) / 1e6;

/** Steps after which there is a checkpoint: every `interval`, and the last. */
export const hasCheckpoint = (step: number, interval: number, totalSteps: number): boolean =>
  step % interval === 0 || step === totalSteps;
