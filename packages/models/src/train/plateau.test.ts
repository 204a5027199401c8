import { expect, it } from 'vitest';
import { plateauReducer, plateauStart, type PlateauOptions } from './plateau.js';

const options: PlateauOptions = { mode: 'max', factor: 0.5, patience: 1, minDelta: 0.01, minFactor: 0.2 };

// As torch.optim.lr_scheduler.ReduceLROnPlateau(factor=.5, patience=1, threshold=.01, threshold_mode='abs', min_lr=.2) has it for a rate of 1.
it.each<[string, readonly (number | undefined)[], Partial<PlateauOptions>, readonly number[]]>([
  ['stays while the score improves', [0.1, 0.2, 0.3, 0.4], {}, [1, 1, 1, 1]],
  ['falls at the check after `patience` without improvement', [0.5, 0.5, 0.5, 0.5, 0.5], {}, [1, 1, 0.5, 0.5, 0.25]],
  ['does not count what is no more than `minDelta`', [0.5, 0.505, 0.509, 0.6], {}, [1, 1, 0.5, 0.5]],
  ['waits anew after an improvement', [0.5, 0.4, 0.6, 0.5, 0.5], {}, [1, 1, 1, 1, 0.5]],
  ['falls at once without patience', [0.5, 0.5, 0.5], { patience: 0 }, [1, 0.5, 0.25]],
  ['never falls below the least share', [0.5, 0.5, 0.5, 0.5, 0.5], { patience: 0 }, [1, 0.5, 0.25, 0.2, 0.2]],
  ['takes less as better in mode min', [0.5, 0.4, 0.45, 0.46], { mode: 'min' }, [1, 1, 1, 0.5]],
  ['passes over a check without a score', [undefined, 0.5, undefined, 0.5, 0.5], {}, [1, 1, 1, 1, 0.5]],
  ['counts a score that is no number as no improvement', [0.5, Number.NaN, Number.NaN], {}, [1, 1, 0.5]],
])('%s', (_, values, changed, factors) => {
  const reduce = plateauReducer({ ...options, ...changed });
  let state = plateauStart;
  expect(values.map((value) => (state = reduce(state, value)).factor)).toEqual(factors);
});
