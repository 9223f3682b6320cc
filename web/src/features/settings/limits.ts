/** The limits' bounds, as the server has them (a test compares them), and the units that people read them in. */
export type LimitName =
  | "steps"
  | "wall_seconds"
  | "identical_calls"
  | "retries"
  | "file_bytes"
  | "message_files";

export interface Bounds {
  min: number;
  max: number;
  byDefault: number;
  /** How many of the server's units one of the shown ones is. */
  per: number;
  step: number;
}

const MIB = 1024 * 1024;

export const BOUNDS: Readonly<Record<LimitName, Bounds>> = {
  steps: { min: 1, max: 10_000, byDefault: 100, per: 1, step: 1 },
  wall_seconds: { min: 1, max: 604_800, byDefault: 3_600, per: 60, step: 0.5 },
  identical_calls: { min: 2, max: 1_000, byDefault: 5, per: 1, step: 1 },
  retries: { min: 0, max: 20, byDefault: 5, per: 1, step: 1 },
  file_bytes: { min: 1, max: 200 * MIB, byDefault: 20 * MIB, per: MIB, step: 0.5 },
  message_files: { min: 0, max: 100, byDefault: 20, per: 1, step: 1 },
};
