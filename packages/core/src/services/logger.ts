/** The part of winston's logger that stages use. */
export interface Logger {
  debug(message: string, details?: object): unknown;
  info(message: string, details?: object): unknown;
  warn(message: string, details?: object): unknown;
  error(message: string, details?: object): unknown;
}
