/** Raise it when quantization gives other files than before: what is kept of it is then not used. */
export const QUANTIZER_VERSION = 2;
