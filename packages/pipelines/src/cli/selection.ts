import type { Selection } from '@sluice/core';

/** The options of `addSelection` among those of a command. */
export function selectionOf({ from, to, only, force }: Selection): Selection {
  return { ...(from && { from }), ...(to && { to }), ...(only && { only }), ...(force && { force }) };
}
