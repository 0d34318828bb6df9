import type { Probabilities } from '@maskwatch/contracts/mask-state';
import { mirrorPlanes } from '@maskwatch/vision/mirror';
import type { Colour } from '@maskwatch/vision/picture';
import { resample } from '@maskwatch/vision/resample';
import { meanProbabilities, type WeightedLook } from './mean-probabilities.ts';

/** Crops in a row: uint8 [count, 3, size, size]. */
export interface Crops {
  crops: Uint8Array;
  count: number;
  colour: Colour;
}

/** What one member says of each crop of its own size, calibrated. */
export interface MemberJudge {
  size: number;
  weight: number;
  flip: boolean;
  judge(input: Crops): Promise<Probabilities[]>;
}

/**
 * Of each crop the weighted mean over all members of what they say. A member that wants smaller
 * ones gets them reduced by area; one that flips is asked twice, and its word is the mean of both.
 */
export async function judgeTogether(
  { crops, count, colour }: Crops,
  { size, members }: { size: number; members: readonly MemberJudge[] },
): Promise<Probabilities[]> {
  const looks = Array.from({ length: count }, (): WeightedLook[] => []);
  for (const member of members) {
    const own = member.size === size ? crops : reduced(crops, size, member.size);
    const weight = member.flip ? member.weight / 2 : member.weight;
    const ask = async (crops: Uint8Array) => {
      const said = await member.judge({ crops, count, colour });
      for (const [n, probabilities] of said.entries()) looks[n]!.push({ weight, probabilities });
    };
    await ask(own);
    if (!member.flip) continue;
    const mirrored = new Uint8Array(own.length);
    mirrorPlanes(own, member.size, mirrored);
    await ask(mirrored);
  }
  return looks.map(meanProbabilities);
}

function reduced(crops: Uint8Array, from: number, to: number): Uint8Array {
  const planes = crops.length / (from * from);
  const data = new Uint8Array(planes * to * to);
  for (let n = 0; n < planes; n += 1) {
    const plane = { data: crops.subarray(n * from * from, (n + 1) * from * from) };
    const target = { data, start: n * to * to, stride: to, width: to, height: to };
    resample({ ...plane, width: from, height: from }, [0, 0, from, from], target);
  }
  return data;
}
