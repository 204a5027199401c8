import { defineErrors } from '@sluice/core';

export const ingestErrors = defineErrors('ingest', {
  UNKNOWN_FORMAT: (d: { root: string; known: readonly string[] }) =>
    `${d.root} looks like none of the formats ${d.known.join(', ')}; check the path, or name the format with \`format\``,
  BAD_ITEM: (d: { item: string; reason: string; detail: string | undefined }) =>
    `${d.item}: ${d.reason}${d.detail === undefined ? '' : ` (${d.detail})`}; mend it, or set \`on-bad-item: skip\` to go on without it`,
});
