import type { Statement } from './calibration-error.ts';

/** What is wrong when only the surest share is answered. */
export interface CoveragePoint {
  /** Share of the faces that get a state, 0 to 1. */
  coverage: number;
  /** Share of these that is wrong; absent where none is answered. */
  risk?: number;
  /** The stated probability from which on an answer counts. */
  threshold: number;
}

/** Shares that tables show; the curve has every face. */
const steps = [1, 0.98, 0.95, 0.9, 0.8, 0.7, 0.6, 0.5];

/** Risk by coverage (El-Yaniv and Wiener, 2010) at fixed steps, all faces first. */
export function riskByCoverage(statements: readonly Statement[]): CoveragePoint[] {
  const sorted = [...statements].sort((a, b) => b.stated - a.stated);
  if (sorted.length === 0) return [];
  return steps.map((step) => {
    const kept = sorted.slice(0, Math.max(1, Math.round(step * sorted.length)));
    return {
      coverage: kept.length / sorted.length,
      risk: kept.filter(({ right }) => !right).length / kept.length,
      threshold: kept.at(-1)!.stated,
    };
  });
}

/** The point where statements below `threshold` are `unknown`. */
export function coverageAt(statements: readonly Statement[], threshold: number): CoveragePoint {
  const kept = statements.filter(({ stated }) => stated >= threshold);
  const wrong = kept.filter(({ right }) => !right).length;
  return {
    coverage: statements.length === 0 ? 0 : kept.length / statements.length,
    ...(kept.length === 0 ? {} : { risk: wrong / kept.length }),
    threshold,
  };
}
