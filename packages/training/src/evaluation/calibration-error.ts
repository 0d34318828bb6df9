/** One stated probability of the likeliest state, and whether it was the labelled one. */
export interface Statement {
  stated: number;
  right: boolean;
}

export interface ReliabilityBin {
  /** Statements from `low` to below `high`; the last bin holds its upper end. */
  low: number;
  high: number;
  count: number;
  /** Mean of what was stated, and the share that was right; absent in an empty bin. */
  stated?: number;
  right?: number;
}

export interface CalibrationError {
  /** Mean distance of stated and right over the bins, weighted by their counts; 0 is perfect. */
  error?: number;
  bins: ReliabilityBin[];
}

/** Expected calibration error with 15 bins of equal width (Guo and others, 2017). */
export function calibrationError(statements: readonly Statement[], bins = 15): CalibrationError {
  const curve = Array.from({ length: bins }, (_, n): ReliabilityBin => {
    const inside = statements.filter(({ stated }) => binOf(stated, bins) === n);
    const bounds = { low: n / bins, high: (n + 1) / bins, count: inside.length };
    if (inside.length === 0) return bounds;
    const stated = inside.reduce((sum, one) => sum + one.stated, 0) / inside.length;
    const right = inside.filter((one) => one.right).length / inside.length;
    return { ...bounds, stated, right };
  });
  if (statements.length === 0) return { bins: curve };
  const off = curve.reduce(
    (sum, { count, stated = 0, right = 0 }) => sum + count * Math.abs(stated - right),
    0,
  );
  return { error: off / statements.length, bins: curve };
}

function binOf(stated: number, bins: number): number {
  return Math.min(bins - 1, Math.floor(stated * bins));
}
