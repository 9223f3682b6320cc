/** Numbers, times and sizes as the chosen language writes them. */
import { locale } from "@/shared/i18n";

// Making a formatter costs a hundred times as much as using it.
const dateFormats = new Map<string, Intl.DateTimeFormat>();
const numberFormats = new Map<string, Intl.NumberFormat>();

function remembered<Made>(made: Map<string, Made>, options: object, make: (locale: string) => Made): Made {
  const key = `${locale()} ${JSON.stringify(options)}`;
  const format = made.get(key) ?? make(locale());
  made.set(key, format);
  return format;
}

function dates(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  return remembered(dateFormats, options, (tag) => new Intl.DateTimeFormat(tag, options));
}

function numbers(options: Intl.NumberFormatOptions): Intl.NumberFormat {
  return remembered(numberFormats, options, (tag) => new Intl.NumberFormat(tag, options));
}

/** "14:05" for today, "Mon 14:05" within a week, else the date. */
export function shortTime(at: number, now = Date.now()): string {
  const date = new Date(at);
  const today = new Date(now);
  const sameDay = date.toDateString() === today.toDateString();
  const recent = now - at < 6 * 86_400_000;
  const options: Intl.DateTimeFormatOptions = sameDay
    ? { hour: "2-digit", minute: "2-digit" }
    : recent
      ? { weekday: "short", hour: "2-digit", minute: "2-digit" }
      : {
          day: "numeric",
          month: "short",
          ...(date.getFullYear() === today.getFullYear() ? {} : { year: "numeric" }),
        };
  return dates(options).format(date);
}

export function fullTime(at: number): string {
  return dates({ dateStyle: "full", timeStyle: "medium" }).format(new Date(at));
}

/** "340 ms", "2.4 s", "3 min 12 s". */
export function duration(milliseconds: number): string {
  if (milliseconds < 1000) {
    return `${Math.round(milliseconds)} ms`;
  }
  if (milliseconds < 60_000) {
    return `${numbers({ maximumFractionDigits: 1 }).format(milliseconds / 1000)} s`;
  }
  const seconds = Math.round(milliseconds / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

export function count(number: number): string {
  return numbers({}).format(number);
}

/** "812", "12.4k", "1.2M". */
export function compactCount(number: number): string {
  return numbers({ notation: "compact", maximumFractionDigits: 1 }).format(number);
}

/** "512 B", "3.4 kB", "1.2 MB"; powers of 1,000. */
export function byteSize(bytes: number): string {
  if (bytes < 1000) {
    return `${bytes} B`;
  }
  const units = ["kilobyte", "megabyte", "gigabyte", "terabyte"] as const;
  let value = bytes / 1000;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return numbers({
    style: "unit",
    unit: units[unit] ?? "kilobyte",
    unitDisplay: "short",
    maximumFractionDigits: value < 10 ? 1 : 0,
  }).format(value);
}
