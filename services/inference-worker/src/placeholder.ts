// The room of the worker; see inference-service.ts.
export {};
