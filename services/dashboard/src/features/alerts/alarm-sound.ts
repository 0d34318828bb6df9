export type SoundState = 'off' | 'ready' | 'waiting';

/** Two soft notes, the second higher: heard across a room, and not like a telephone. */
const notes = [
  { frequency: 659.3, at: 0 },
  { frequency: 880, at: 0.16 },
];
const lengthSeconds = 0.5;
const loudness = 0.22;
/** Alerts that come together are heard once. */
const quietMs = 1500;

/** The sound of a new alert. Browsers keep a page silent until somebody has clicked or typed in it. */
export class AlarmSound {
  readonly #listeners = new Set<() => void>();
  #context: AudioContext | undefined;
  #enabled = false;
  #lastAt = Number.NEGATIVE_INFINITY;
  #played = 0;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** waiting: switched on, but the browser still wants a click first. */
  readonly state = (): SoundState => {
    if (!this.#enabled) return 'off';
    return this.#context?.state === 'running' ? 'ready' : 'waiting';
  };

  /** How often it was heard since the page was loaded. */
  readonly played = (): number => this.#played;

  enable(): void {
    this.#enabled = true;
    this.#context ??= this.#open();
    this.unlock();
    this.#tell();
  }

  disable(): void {
    this.#enabled = false;
    this.#tell();
  }

  /** To be called in answer to a click or a key: that is when a browser lets sound begin. */
  readonly unlock = (): void => {
    if (!this.#enabled || this.#context?.state !== 'suspended') return;
    this.#context.resume().catch(() => undefined);
  };

  play(): void {
    const now = performance.now();
    if (this.state() !== 'ready' || now - this.#lastAt < quietMs) return;
    this.#lastAt = now;
    this.#played += 1;
    for (const note of notes) this.#note(note);
    this.#tell();
  }

  #open(): AudioContext {
    const context = new AudioContext();
    context.addEventListener('statechange', () => this.#tell());
    return context;
  }

  #note({ frequency, at }: { frequency: number; at: number }): void {
    const context = this.#context!;
    const start = context.currentTime + at;
    const oscillator = new OscillatorNode(context, { type: 'sine', frequency });
    const gain = new GainNode(context, { gain: 0 });
    gain.gain.setValueAtTime(0, start);
    gain.gain.linearRampToValueAtTime(loudness, start + 0.02);
    gain.gain.exponentialRampToValueAtTime(0.001, start + lengthSeconds);
    oscillator.connect(gain).connect(context.destination);
    oscillator.start(start);
    oscillator.stop(start + lengthSeconds);
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}
