import type { Probabilities } from '@maskwatch/contracts/mask-state';
import { mirrorPlanes } from '@maskwatch/vision/mirror';
import type { Colour } from '@maskwatch/vision/picture';
import { resample } from '@maskwatch/vision/resample';
import { meanProbabilities, type WeightedLook } from './mean-probabilities.ts';

/** What one member says of one crop of its own size, calibrated. */
export interface MemberJudge {
  size: number;
  weight: number;
  flip: boolean;
  judge(crop: Uint8Array, colour: Colour): Promise<Probabilities>;
}

/**
 * The weighted mean over all members of what they say of one crop, uint8 [3, size, size]. A member
 * that wants a smaller one gets it reduced by area; one that flips is asked twice, and its word is
 * the mean of both.
 */
export async function judgeTogether(
  crop: Uint8Array,
  { size, colour, members }: { size: number; colour: Colour; members: readonly MemberJudge[] },
): Promise<Probabilities> {
  const looks: WeightedLook[] = [];
  for (const member of members) {
    const own = member.size === size ? crop : reduced(crop, size, member.size);
    const weight = member.flip ? member.weight / 2 : member.weight;
    looks.push({ weight, probabilities: await member.judge(own, colour) });
    if (!member.flip) continue;
    const mirrored = new Uint8Array(own.length);
    mirrorPlanes(own, member.size, mirrored);
    looks.push({ weight, probabilities: await member.judge(mirrored, colour) });
  }
  return meanProbabilities(looks);
}

function reduced(crop: Uint8Array, from: number, to: number): Uint8Array {
  const data = new Uint8Array(3 * to * to);
  for (let n = 0; n < 3; n += 1) {
    const plane = { data: crop.subarray(n * from * from, (n + 1) * from * from) };
    const target = { data, start: n * to * to, stride: to, width: to, height: to };
    resample({ ...plane, width: from, height: from }, [0, 0, from, from], target);
  }
  return data;
}
