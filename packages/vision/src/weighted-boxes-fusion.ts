import type { Box } from '@maskwatch/contracts/box';
import type { Detection } from '@maskwatch/contracts/detection';
import { JudgedState, type Probabilities } from '@maskwatch/contracts/mask-state';
import { iou } from './iou.ts';

/** What one detector said of a picture, after its own suppression. */
export interface WeightedDetections {
  detections: readonly Detection[];
  /** Above 0: how much its word counts. */
  weight: number;
}

/** Boxes that are one face; all sums are weighted by confidence times the detector's weight. */
interface Cluster {
  box: Box;
  count: number;
  weight: number;
  probabilities: Probabilities;
}

/**
 * Weighted boxes fusion (Solovyev, Wang and Gabruseva 2021): boxes that overlap a fused box by more
 * than `overlap` (default 0.55) move it by their confidence. A fused box has their mean confidence,
 * less where only some of the detectors found it: times min(boxes, detectors) over the sum of the
 * weights. All boxes are faces, so classes do not part them; probabilities of states are averaged
 * alike. Most confident first.
 */
export function weightedBoxesFusion(
  looks: readonly WeightedDetections[],
  overlap = 0.55,
): Detection[] {
  const weights = looks.reduce((sum, { weight }) => sum + weight, 0);
  const boxes = looks
    .flatMap(({ detections, weight }) =>
      detections.map((detection) => ({ detection, weight: detection.confidence * weight })),
    )
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight);
  const clusters: Cluster[] = [];
  for (const { detection, weight } of boxes) {
    const cluster = nearest(clusters, detection.box, overlap);
    if (cluster === undefined) clusters.push(begin(detection, weight));
    else join(cluster, detection, weight);
  }
  return clusters
    .map((cluster) => fused(cluster, { detectors: looks.length, weights }))
    .sort((a, b) => b.confidence - a.confidence);
}

function nearest(clusters: readonly Cluster[], box: Box, overlap: number): Cluster | undefined {
  let found: Cluster | undefined;
  let most = overlap;
  for (const cluster of clusters) {
    const shared = iou(cluster.box, box);
    if (shared <= most) continue;
    most = shared;
    found = cluster;
  }
  return found;
}

function begin({ box, probabilities }: Detection, weight: number): Cluster {
  const cluster = { box, weight, count: 1, probabilities: {} };
  addStates(cluster, probabilities, weight);
  return cluster;
}

function join(cluster: Cluster, { box, probabilities }: Detection, weight: number): void {
  const share = weight / (cluster.weight + weight);
  const mean = (n: 0 | 1 | 2 | 3) => cluster.box[n] + share * (box[n] - cluster.box[n]);
  cluster.box = [mean(0), mean(1), mean(2), mean(3)];
  cluster.weight += weight;
  cluster.count += 1;
  addStates(cluster, probabilities, weight);
}

function addStates(cluster: Cluster, states: Probabilities | undefined, weight: number): void {
  for (const state of JudgedState.options) {
    const probability = states?.[state];
    if (probability === undefined) continue;
    cluster.probabilities[state] = (cluster.probabilities[state] ?? 0) + weight * probability;
  }
}

function fused(
  { box, count, weight, probabilities }: Cluster,
  { detectors, weights }: { detectors: number; weights: number },
): Detection {
  const confidence = Math.min(1, (weight / count) * (Math.min(count, detectors) / weights));
  const sum = Object.values(probabilities).reduce((a, b) => a + b, 0);
  if (!(sum > 0)) return { box, confidence };
  const states = Object.entries(probabilities).map(([state, value]) => [state, value / sum]);
  return { box, confidence, probabilities: Object.fromEntries(states) };
}
