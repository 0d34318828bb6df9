// A process: opens the models that its arguments name on a provider, and prints as JSON where they
// compute and how fast. A fault of a driver ends it, and nothing else.
import { openClassifier } from '@maskwatch/runtime/classifier';
import { openDetector } from '@maskwatch/runtime/detector';
import { checkAllGolden, type OpenNetwork } from '@maskwatch/runtime/golden-check';
import { loadPair } from '@maskwatch/runtime/model-pair';
import { computesOn, type RequestedProvider } from '@maskwatch/runtime/provider';

export interface TriedProvider {
  /** Why they do not compute on it. */
  fallback?: string;
  /** Of the golden check of all networks, once all is prepared. */
  ms: number;
}

const [provider, detector, classifier] = process.argv.slice(2);
const pair = await loadPair({ detector: detector!, classifier: classifier! });
const options = { provider: provider as RequestedProvider };
const networks: OpenNetwork[] = [...(await openDetector(pair.detector, options)).networks];
if (pair.classifier !== undefined) {
  networks.push(...(await openClassifier(pair.classifier, options)).networks);
}
const { fallback } = computesOn(networks);
// Prepares what a session prepares on its first run.
await checkAllGolden(networks);
const started = performance.now();
await checkAllGolden(networks);
const ms = performance.now() - started;
const tried: TriedProvider = fallback === undefined ? { ms } : { ms, fallback };
process.stdout.write(JSON.stringify(tried));
