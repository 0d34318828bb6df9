import jpegTurbo from '@julusian/jpeg-turbo';
import type { Box } from '@maskwatch/contracts/box';
import { toRgb } from '@maskwatch/vision/colour';
import type { Picture } from '@maskwatch/vision/picture';
import { resample } from '@maskwatch/vision/resample';

/** Live pictures wider or higher than this are halved: a quarter of the bytes for the same boxes. */
const mostLiveSide = 960;
const liveQuality = 75;

/** The colours are converted before this returns its promise; the encoder runs on a pool thread. */
export async function encodeJpeg(
  picture: Picture,
  { quality, region }: { quality: number; region?: Box },
): Promise<Uint8Array> {
  const { data, width, height } = toRgb(picture, region);
  const format = jpegTurbo.FORMAT_RGB;
  const subsampling = jpegTurbo.SAMP_420;
  const buffer = Buffer.from(data.buffer, data.byteOffset, data.length);
  return jpegTurbo.compress(buffer, { format, width, height, subsampling, quality });
}

/** What viewers see; as large as the analysis picture, or half of it. */
export function encodeLivePicture(picture: Picture): Promise<Uint8Array> {
  const large = Math.max(picture.width, picture.height) > mostLiveSide;
  return encodeJpeg(large ? halved(picture) : picture, { quality: liveQuality });
}

function halved(picture: Picture): Picture {
  const [a, b, c] = picture.planes.map((plane) => {
    const width = Math.ceil(plane.width / 2);
    const height = Math.ceil(plane.height / 2);
    const data = new Uint8Array(width * height);
    resample(plane, [0, 0, plane.width, plane.height], {
      ...{ data, width, height },
      start: 0,
      stride: width,
    });
    return { data, width, height };
  });
  return {
    width: a!.width,
    height: a!.height,
    colour: picture.colour,
    planes: [a!, b!, c!],
  };
}
