import { stat } from 'node:fs/promises';
import { messageOf, Problem } from '@maskwatch/platform/problem';
import sharp from 'sharp';

/** 16,384 by 8,192: what is larger is refused before it is decoded. */
const mostPixels = 16_384 * 8192;

export interface DecodedPicture {
  /** Interleaved RGB, three bytes a pixel, turned as its EXIF orientation says. */
  data: Uint8Array<ArrayBuffer>;
  width: number;
  height: number;
}

/**
 * JPEG, PNG, WebP or TIFF (its first page), from a file or its bytes. Problem picture-unreadable where
 * it is broken.
 */
export async function readPicture(source: string | Uint8Array): Promise<DecodedPicture> {
  try {
    const size = typeof source === 'string' ? (await stat(source)).size : source.length;
    if (size === 0) throw new Error('the picture is empty');
    const { data, info } = await sharp(source, { failOn: 'error', limitInputPixels: mostPixels })
      .autoOrient()
      .flatten({ background: '#727272' })
      .toColourspace('srgb')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    return { data: rgb(data, info), width: info.width, height: info.height };
  } catch (cause) {
    throw new Problem('picture-unreadable', reason(cause), { cause });
  }
}

/** A grey picture keeps its one channel through the conversion. */
function rgb(data: Buffer, { channels }: { channels: number }): Uint8Array<ArrayBuffer> {
  if (channels === 3)
    return new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.length);
  const pixels = data.length / channels;
  const out = new Uint8Array(3 * pixels);
  for (let n = 0; n < pixels; n += 1) out.fill(data[n * channels]!, 3 * n, 3 * n + 3);
  return out;
}

/**
 * The decoder's first line, without its own names for itself. It says "Unknown error" where another
 * thread took the line away; damage is then all that is known.
 */
function reason(thrown: unknown): string {
  const [line] = messageOf(thrown).split('\n');
  const plain = line!.replace(/^(Vips\w+: )+/i, '').slice(0, 200);
  return plain === 'Unknown error' ? 'the picture is damaged or cut off' : plain;
}
