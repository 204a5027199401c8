/** Names of the dataset formats, known without loading them; a test holds the list to them. */
export const datasetFormatNames = ['coco', 'voc-instance', 'voc-semantic', 'common-semantic-segmentation', 'datumaro'];
