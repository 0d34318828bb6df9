/** The most cameras that one viewer may watch; the contract refuses longer lists. */
const limit = 64;

/** Who wants the pictures of which camera. */
export class WatchList<Handler> {
  readonly #handlers = new Map<string, Set<Handler>>();

  add(cameraId: string, handler: Handler): void {
    const handlers = this.#handlers.get(cameraId) ?? new Set<Handler>();
    this.#handlers.set(cameraId, handlers.add(handler));
  }

  delete(cameraId: string, handler: Handler): void {
    const handlers = this.#handlers.get(cameraId);
    handlers?.delete(handler);
    if (handlers?.size === 0) this.#handlers.delete(cameraId);
  }

  of(cameraId: string | undefined): Handler[] {
    return cameraId === undefined ? [] : [...(this.#handlers.get(cameraId) ?? [])];
  }

  /** Latest wishes first where there are too many. */
  cameraIds(): string[] {
    return [...this.#handlers.keys()].slice(-limit);
  }
}
