import { type Difference, detectorDifferences } from '@maskwatch/training/evaluation/comparison';
import {
  type DetectorFigures,
  detectorFigures,
  mainRow,
} from '@maskwatch/training/evaluation/detector-figures';
import { detectorSections } from '@maskwatch/training/evaluation/detector-sections';
import { stateText } from '@maskwatch/training/evaluation/figure-text';
import {
  type ServiceFigures,
  serviceFigures,
} from '@maskwatch/training/evaluation/service-figures';
import { namesText } from './chosen-models.ts';
import { type DetectorRun, runDetector } from './detector-run.ts';
import {
  type Besides,
  besidesSections,
  type Evaluation,
  type EvaluationOptions,
} from './evaluation.ts';
import { memberFigures, type NamedFigure } from './members.ts';
import { pairsOf } from './pairs.ts';

/** Figures of a detector alone or, as `pipeline`, of detector and classifier together. */
export async function evaluateDetector(options: EvaluationOptions): Promise<Evaluation> {
  const { subject, names, data, set, stderr } = options;
  const judged = subject === 'pipeline';
  const run = await runDetector({ names, set, judged, stderr });
  const figures = figuresOf(run, options.threshold);
  const service = serviceOf(run);
  const besides: Besides = {
    skipped: [...set.skipped, ...run.skipped],
    ...(await againstOf(run, options)),
    members: await memberFigures(subject, names, {
      whole: mainFigures(figures, run),
      measure: async (others) => {
        const alone = await runDetector({ names: others, set, judged, stderr });
        return {
          figures: mainFigures(figuresOf(alone, options.threshold), run),
          gains: differencesOf(run, alone),
        };
      },
    }),
  };
  const sections = [...detectorSections(figures, service), ...besidesSections(besides)];
  return {
    figures: {
      ...{ task: subject, model: judged ? run.models : names.detector, data },
      ...figures,
      ...(service === undefined ? {} : { service }),
      ...besides,
    },
    ...{ sections, shown: sections, lead: leadOf(namesText(run.models), figures) },
  };
}

function figuresOf({ detector, judging, predictions }: DetectorRun, threshold?: number) {
  return detectorFigures(predictions, {
    threshold: threshold ?? detector.thresholds.confidence,
    states: judging.states,
    ...(judging.states.length > 0 && { believeFrom: judging.threshold }),
  });
}

function serviceOf({ detector, judging, predictions }: DetectorRun): ServiceFigures | undefined {
  if (judging.states.length === 0) return undefined;
  return serviceFigures(predictions, {
    confidence: detector.thresholds.confidence,
    believeFrom: judging.threshold,
    smallestFace: judging.smallestFace,
  });
}

async function againstOf(
  run: DetectorRun,
  { against, set, subject, stderr }: EvaluationOptions,
): Promise<Pick<Besides, 'against'>> {
  if (against === undefined) return {};
  const { names, name } = against;
  const other = await runDetector({ names, set, judged: subject === 'pipeline', stderr });
  return { against: { model: name, differences: differencesOf(run, other) } };
}

function differencesOf(run: DetectorRun, other: DetectorRun): Difference[] {
  const states = run.judging.states.filter((state) => other.judging.states.includes(state));
  const [ours, theirs] = pairsOf(run.predictions, other.predictions);
  return detectorDifferences(ours, theirs, { states });
}

/** AP from the smallest face asked on, of faces and of each state that can be said. */
function mainFigures({ rows }: DetectorFigures, { judging }: DetectorRun): NamedFigure[] {
  return (['face', ...judging.states] as const).map((of) => {
    const { ap, interval } = mainRow(rows, of) ?? {};
    return { figure: `AP ${stateText(of)}`, value: ap, interval };
  });
}

function leadOf(name: string, { pictures, faceAp, foundAp, statesAp }: DetectorFigures): string {
  const ap = (value: number | undefined) => value?.toFixed(3) ?? 'without value';
  const states = statesAp === undefined ? '' : `, mean of the states ${ap(statesAp)}`;
  return `${name} on ${pictures} pictures: AP of faces from 16 px on ${ap(faceAp)} (found at all ${ap(foundAp)})${states}.`;
}
