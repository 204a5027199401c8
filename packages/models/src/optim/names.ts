/** Name of the output that replaces an input. */
export const next = (name: string): string => `next:${name}`;

/** Name of a parameter's gradient, or of the sum of its gradients. */
export const gradientOf = (parameter: string): string => `gradient:${parameter}`;

/** Name of what an optimiser remembers of a parameter: `mean:<parameter>`. */
export const momentOf = (moment: string, parameter: string): string => `${moment}:${parameter}`;

/** Name of a parameter's moving average. */
export const averageOf = (parameter: string): string => momentOf('average', parameter);
