/** Days as a person counts them: by the calendar of this device, not by 24 hours. */

const DAY = 86_400_000;

function startOfDay(at: number): number {
  return new Date(at).setHours(0, 0, 0, 0);
}

/** How many days before today a moment was: 0 today, 1 yesterday; below 0 in the future. */
export function daysAgo(at: number, now = Date.now()): number {
  // Rounded: a day on which the clocks change has not 24 hours.
  return Math.round((startOfDay(now) - startOfDay(at)) / DAY);
}
