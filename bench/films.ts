/** The films that are measured on: 720p, 25 frames a second, written where the caller says. */

import { buildBenchFilm } from '../test/scenes/build-scenes.ts';
import type { Scene } from '../test/scenes/scene.ts';

export interface BenchFilms {
  /** Nobody in it. */
  empty: Scene;
  /** Four people who stay in the picture, one of them bare. */
  four: Scene;
}

/** Takes a few seconds a film. They may hold pictures of the labelled set: the caller removes them. */
export async function buildBenchFilms(
  directory: string,
  { seconds = 20 }: { seconds?: number } = {},
): Promise<BenchFilms> {
  return {
    empty: await buildBenchFilm(directory, { faces: 0, seconds }),
    four: await buildBenchFilm(directory, { faces: 4, seconds }),
  };
}
