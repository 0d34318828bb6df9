/** The evidence picture as a receiver gets it: the box drawn, small enough to send. */
import jpegTurbo from '@julusian/jpeg-turbo';
import type { Box } from '@maskwatch/contracts/box';
import type { MaskState } from '@maskwatch/contracts/mask-state';
import { drawBoxes } from '@maskwatch/vision/draw-boxes';

/** Before base64; many receivers refuse bodies of more than 256 to 512 KB. */
export const mostWebhookBytes = 200_000;
const qualities = [80, 60, 40, 20];

/** Undefined when even the coarsest JPEG is too large. */
export async function webhookPicture(
  jpeg: Uint8Array,
  { box, state }: { box: Box; state: MaskState },
): Promise<Uint8Array | undefined> {
  const format = jpegTurbo.FORMAT_RGB;
  const source = Buffer.from(jpeg.buffer, jpeg.byteOffset, jpeg.length);
  const { data, width, height } = await jpegTurbo.decompress(source, { format });
  drawBoxes(
    {
      data: new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, width * height * 3),
      width,
      height,
    },
    [{ box, state }],
  );
  for (const quality of qualities) {
    const subsampling = jpegTurbo.SAMP_420;
    const coded = await jpegTurbo.compress(data, { format, width, height, subsampling, quality });
    if (coded.length <= mostWebhookBytes) return coded;
  }
  return undefined;
}
