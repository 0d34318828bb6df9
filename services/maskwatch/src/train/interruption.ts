/**
 * The first Ctrl-C or SIGTERM asks for an end, and `said` tells the person; the second ends the
 * process at once. `listen` gives back what takes the listeners off.
 */
export class Interruption {
  readonly #controller = new AbortController();

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  listen(said: () => void): () => void {
    const heard = (name: NodeJS.Signals) => {
      if (this.signal.aborted) {
        stop();
        // With the listeners off the signal does what it does by itself.
        process.kill(process.pid, name);
        return;
      }
      this.#controller.abort();
      said();
    };
    const stop = () => {
      process.off('SIGINT', heard);
      process.off('SIGTERM', heard);
    };
    process.on('SIGINT', heard);
    process.on('SIGTERM', heard);
    return stop;
  }
}
