/** Which violation of a looped film is on at which time of the day. */
import type { Visit, VisitsFilm } from './visits-film.ts';

/** One showing of a visit, in milliseconds since the epoch. */
export interface Showing {
  cameraId: string;
  /** "round 2, visitor 3" */
  name: string;
  from: number;
  to: number;
  visit: Visit;
}

export class FilmClock {
  readonly #cameraId: string;
  readonly #film: VisitsFilm;
  readonly #beganAt: number;

  /** `beganAt`: when picture 0 was due, in seconds of the machine's monotonic clock. */
  constructor(cameraId: string, film: VisitsFilm, beganAt: number) {
    this.#cameraId = cameraId;
    this.#film = film;
    const monotonic = Number(process.hrtime.bigint()) / 1e6;
    this.#beganAt = Date.now() - (monotonic - beganAt * 1000);
  }

  /** All that begin and end between two times. */
  showings(from: number, to: number): Showing[] {
    const { seconds, visits } = this.#film;
    const first = Math.max(0, this.#round(from));
    const rounds = Array.from({ length: this.#round(to) - first + 1 }, (_, n) => first + n);
    return rounds
      .flatMap((round) =>
        visits.map((visit, n) => ({
          cameraId: this.#cameraId,
          name: `round ${round + 1}, visitor ${n + 1}`,
          from: this.#beganAt + (round * seconds + visit.from) * 1000,
          to: this.#beganAt + (round * seconds + visit.to) * 1000,
          visit,
        })),
      )
      .filter((showing) => showing.from >= from && showing.to <= to);
  }

  /** "round 2 at 13.4 s, visitor 2 bare for 2.4 s" */
  describe(at: number): string {
    const { seconds } = this.#film;
    const round = this.#round(at);
    const second = (at - this.#beganAt) / 1000 - round * seconds;
    const reach = seconds * 1000;
    const on = this.showings(at - reach, at + reach).find(({ from, to }) => from <= at && at < to);
    const who =
      on === undefined
        ? 'nobody bare'
        : `${on.name.split(', ')[1]} bare for ${((at - on.from) / 1000).toFixed(1)} s`;
    return `round ${round + 1} at ${second.toFixed(1)} s, ${who}`;
  }

  #round(at: number): number {
    return Math.floor((at - this.#beganAt) / (this.#film.seconds * 1000));
  }
}
