import { defineErrors } from '@sluice/core';

export const ingestErrors = defineErrors('ingest', {
  BAD_ITEM: (d: { item: string; reason: string; detail: string | undefined }) =>
    `${d.item}: ${d.reason}${d.detail === undefined ? '' : ` (${d.detail})`}; mend it, or set \`on-bad-item: skip\` to go on without it`,
});
