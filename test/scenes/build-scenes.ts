import { join } from 'node:path';
import type { Box } from '@maskwatch/contracts/box';
import { yuv420pPicture } from '@maskwatch/vision/picture';
import { paste, view } from './canvas.ts';
import { writeFilm } from './ffmpeg.ts';
import type { FaceCutOut, Material } from './material.ts';
import { along, shareInside } from './motion.ts';
import { openPictures } from './picture-material.ts';
import { openPortrait } from './portrait-material.ts';
import type { Scene, ScenePerson } from './scene.ts';
import { expectedAlerts } from './scene.ts';
import type { CameraScript, Role } from './scene-scripts.ts';
import { cameraScripts, fewNames, fourPeople, walkScripts } from './scene-scripts.ts';

const size = { width: 1280, height: 720 };
/** Twice what the service looks at by default; more would only cost time. */
const sceneRate = 10;
/** A face is in the picture when this much of it is. */
const inside = 0.6;
/** Steps a second of a walking person, and how far the head goes up and down, in face sizes. */
const gait = { perSecond: 1.8, height: 0.04 };

export interface Walk {
  name: string;
  directory: string;
  seconds: number;
  frameRate: number;
  people: Role[];
  material: Material;
}

/**
 * Labelled pictures where MASKWATCH_DATA (or shared/data beside the checkout) has them, else the
 * portrait of the demo film, and a line that says so.
 */
export async function openMaterial(): Promise<Material> {
  const beside = join(import.meta.dirname, '..', '..', '..', 'shared', 'data');
  const folder = process.env.MASKWATCH_DATA ?? beside;
  const pictures = await openPictures(folder);
  if (pictures !== undefined) return pictures;
  console.log(`scenes: no labelled pictures in ${folder}; they are made of the demo portrait`);
  return openPortrait();
}

/**
 * Films with known truth, written into `directory`: 720p, 10 frames a second, 12 to 20 s each.
 * Pictures of the labelled set must not stay: the caller removes the directory.
 */
export async function buildScenes(
  directory: string,
  { few = false, material }: { few?: boolean; material?: Material } = {},
): Promise<Scene[]> {
  const from = material ?? (await openMaterial());
  const wanted = ({ name }: { name: string }) => !few || fewNames.includes(name);
  const scenes: Scene[] = [];
  for (const script of walkScripts.filter(wanted)) {
    scenes.push(await buildWalk({ ...script, directory, frameRate: sceneRate, material: from }));
  }
  for (const script of cameraScripts.filter(wanted)) {
    scenes.push(await buildCamera(script, { directory, material: from }));
  }
  return scenes;
}

/** A minute of 720p at 25 frames a second with four people, for an RTSP server to play. */
export async function buildCameraFilm(directory: string): Promise<Scene> {
  const material = await openMaterial();
  return buildWalk({
    name: 'camera',
    directory,
    seconds: 60,
    frameRate: 25,
    people: fourPeople,
    material,
  });
}

/** A film for measuring: 720p, 25 frames a second, no face or four. */
export async function buildBenchFilm(
  directory: string,
  { faces, seconds = 20 }: { faces: 0 | 4; seconds?: number },
): Promise<Scene> {
  const material = await openMaterial();
  const people = faces === 0 ? [] : fourPeople;
  const name = `bench-${faces}-faces`;
  return buildWalk({ name, directory, seconds, frameRate: 25, people, material });
}

/** People cut out of pictures who move over a background as their roles say. */
export async function buildWalk(walk: Walk): Promise<Scene> {
  const { frameRate, seconds, material } = walk;
  const background = await material.background(size.width, size.height);
  const cast: { role: Role; cutOut: FaceCutOut; number: number }[] = [];
  for (const [number, role] of walk.people.entries()) {
    const largest = Math.max(...role.path.map((step) => step[3]!));
    cast.push({ role, cutOut: await material.face(role.state, largest), number });
  }
  const people = cast.map(({ role, cutOut, number }): ScenePerson => {
    return {
      id: `${number + 1}-${role.state}`,
      state: role.state,
      boxes: (index) => visible(place(role, cutOut, { index, frameRate, number })?.box),
    };
  });
  const film = await encode(walk, undefined, (frame, index) => {
    for (const plane of [0, 1, 2] as const) {
      frame.planes[plane].data.set(background.planes[plane].data);
    }
    for (const { role, cutOut, number } of cast) {
      const at = place(role, cutOut, { index, frameRate, number });
      if (at !== undefined) paste(frame, cutOut, at);
    }
  });
  return finish({ name: walk.name, film, frameRate, seconds, people });
}

/** Where a cut-out is drawn on a frame, and where its face is then. */
function place(
  { path }: Role,
  { face }: FaceCutOut,
  { index, frameRate, number }: { index: number; frameRate: number; number: number },
) {
  const second = index / frameRate;
  const at = along(path, second);
  if (at === undefined) return undefined;
  const [x, y, faceSide] = at as [number, number, number];
  const scale = faceSide / Math.sqrt(face[2] * face[3]);
  const step = Math.sin(2 * Math.PI * (gait.perSecond * second + number / 5));
  const left = x - (face[0] + face[2] / 2) * scale;
  const top = y + gait.height * faceSide * step - (face[1] + face[3] / 2) * scale;
  const [fx, fy, fw, fh] = face;
  const box: Box = [left + fx * scale, top + fy * scale, fw * scale, fh * scale];
  return { left, top, scale, box };
}

async function buildCamera(
  script: CameraScript,
  { directory, material }: { directory: string; material: Material },
): Promise<Scene> {
  const { name, seconds, camera, blur } = script;
  const { picture, faces } = await material.still(script.still);
  const window = (index: number): Box => {
    const [x, y, zoom] = along(camera, index / sceneRate) as [number, number, number];
    const whole = Math.min(picture.width, (picture.height * size.width) / size.height);
    const width = whole / zoom;
    const height = (width * size.height) / size.width;
    return [(picture.width - width) * x, (picture.height - height) * y, width, height];
  };
  const people = faces.map(({ box, state }, number): ScenePerson => {
    const boxes = (index: number) => {
      const [x, y, width] = window(index);
      const scale = size.width / width;
      const [left, top] = [(box[0] - x) * scale, (box[1] - y) * scale];
      return visible([left, top, box[2] * scale, box[3] * scale]);
    };
    return { id: `${number + 1}-${state}`, state, boxes };
  });
  const filters = blur && `gblur=sigma=${blur[2]}:enable='between(t,${blur[0]},${blur[1]})'`;
  const film = await encode(
    { name, directory, seconds, frameRate: sceneRate },
    filters,
    (frame, index) => view(frame, picture, window(index)),
  );
  return finish({ name, film, frameRate: sceneRate, seconds, people });
}

function visible(box: Box | undefined): Box | undefined {
  return box !== undefined && shareInside(box, size) >= inside ? box : undefined;
}

async function encode(
  {
    name,
    directory,
    seconds,
    frameRate,
  }: Pick<Walk, 'name' | 'directory' | 'seconds' | 'frameRate'>,
  filters: string | undefined,
  draw: (frame: ReturnType<typeof yuv420pPicture>, index: number) => void,
): Promise<string> {
  const path = join(directory, `${name}.mp4`);
  const film = { path, ...size, frameRate, frames: seconds * frameRate };
  await writeFilm(filters === undefined ? film : { ...film, filters }, (bytes, index) =>
    draw(yuv420pPicture(bytes, size.width, size.height), index),
  );
  return path;
}

function finish({
  name,
  film,
  frameRate,
  seconds,
  people,
}: {
  name: string;
  film: string;
  frameRate: number;
  seconds: number;
  people: ScenePerson[];
}): Scene {
  const frames = seconds * frameRate;
  return {
    name,
    film,
    ...size,
    frameRate,
    frames,
    people,
    expectedAlerts: expectedAlerts(people, { frames, frameRate }),
  };
}
