/**
 * ONNX Runtime 1.30 reports to its maker over HTTPS unless this variable is there when it is loaded.
 * Imported before it, and on the main thread before threads that load it: they cannot set variables
 * of the process.
 */
process.env.ORT_DISABLE_TELEMETRY = '1';
