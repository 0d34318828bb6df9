import type { DetectorModel } from '@maskwatch/contracts/model';
import type { Colour } from '@maskwatch/vision/picture';
import type { HeadMap } from '@maskwatch/vision/yolo-decode';
import type { LoadedModel } from './registry.ts';
import { openSession, outputOf, type PictureSession } from './session.ts';

export interface Detector {
  model: DetectorModel;
  session: PictureSession;
  /** Raw head maps in the order of `model.heads`; planes are uint8 [3, height, width]. */
  run(input: {
    planes: Uint8Array;
    width: number;
    height: number;
    colour: Colour;
  }): Promise<HeadMap[]>;
}

/** Opens a detector on the calling thread; problems as those of a session. */
export async function openDetector(loaded: LoadedModel<DetectorModel>): Promise<Detector> {
  const { model } = loaded;
  const session = await openSession(loaded);
  return {
    model,
    session,
    async run(input) {
      const outputs = await session.run({ ...input, count: 1 });
      return model.heads.map((head) => {
        const { data, shape } = outputOf(outputs, head.output, model);
        return { data, height: shape.at(-2)!, width: shape.at(-1)! };
      });
    },
  };
}
