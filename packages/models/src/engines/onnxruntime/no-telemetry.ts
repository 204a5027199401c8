/**
 * onnxruntime's builds report usage to Microsoft over HTTPS unless this variable is set when the library is loaded, and leave a log in
 * the temporary folder. Nothing of a user's work should leave the machine unasked. Call it on the main thread: a worker's `process.env`
 * is a copy that native code does not see. Who sets the variable keeps what was set.
 */
export function refuseTelemetry(): void {
  process.env['ORT_DISABLE_TELEMETRY'] ??= '1';
}
