/** One figure of ours beside its floor (the least that the job can cost) and, where there is one, a peer. */
export interface BenchResult {
  readonly name: string;
  readonly ours: number;
  readonly floor: number;
  readonly peer?: number;
  readonly unit: string;
  /** Median of the rounds' own ratios ours / floor. */
  readonly ratio: number;
  readonly ratioMin: number;
  readonly ratioMax: number;
  /** In words, for the table. */
  readonly goal: string;
  readonly isWithinGoal: boolean;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const high = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? high : ((sorted[middle - 1] ?? Number.NaN) + high) / 2;
}

export interface Rounds {
  readonly name: string;
  readonly unit: string;
  readonly ours: readonly number[];
  readonly floor: readonly number[];
  readonly peer?: readonly number[];
  readonly maxRatio: number;
}

/** Turns interleaved rounds into a result; the goal is `ratio <= maxRatio`. */
export function toResult(rounds: Rounds): BenchResult {
  const ratios = rounds.ours.map((value, round) => value / (rounds.floor[round] ?? Number.NaN));
  const ratio = median(ratios);
  return {
    name: rounds.name,
    unit: rounds.unit,
    ours: median(rounds.ours),
    floor: median(rounds.floor),
    ...(rounds.peer ? { peer: median(rounds.peer) } : {}),
    ratio,
    ratioMin: Math.min(...ratios),
    ratioMax: Math.max(...ratios),
    goal: `<= ${rounds.maxRatio}x`,
    isWithinGoal: ratio <= rounds.maxRatio,
  };
}
