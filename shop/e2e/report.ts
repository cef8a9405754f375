/** A report, or a part of one, as JSON. */
type Json = string | number | boolean | null | Json[] | { [name: string]: Json };
type Fields = Record<string, Json>;

/** When something happened, by the clock of the run. */
const TIMES = new Set([
  "from",
  "to",
  "t",
  "started_at",
  "finished_at",
  "last_at",
  "newest_event",
  "event_timestamp",
]);

/** How long something took: as long as the machine needed for it. */
const LENGTHS = new Set([
  "lag_seconds",
  "median_duration_seconds",
  "p90_duration_seconds",
  "median_seconds_from_previous",
]);

/** Minted anew in each run. Each kind is numbered as it appears, so that who is who can still be compared. */
const IDS = new Set(["session_id", "client_id", "user_id", "event_id"]);

const sum = (numbers: number[]) => numbers.reduce((total, number) => total + number, 0);

/** What is of the clock as a whole; the events and sessions in it are still counted. */
const SHAPES: Record<string, (value: Json) => Json> = {
  // Which of the days is today: the days without anything say nothing.
  points: (days) => (days as Fields[]).filter(({ events }) => events !== 0),
  // Into which class a session falls is its length.
  duration_histogram: (classes) => ({
    sessions: sum((classes as Fields[]).map(({ sessions }) => Number(sessions))),
  }),
  // Weekday and hour of the run.
  cells: (days) => ({ events: sum((days as number[][]).flat()) }),
  busiest: () => "weekday and hour",
  // How often the ETL looked, and what it found each time.
  runs: () => "runs",
  last_run: (run) => {
    const { status, rejected, error } = run as Fields;
    return { status: status ?? null, rejected: rejected ?? null, error: error ?? null };
  },
};

/** A report without what cannot be the same in two runs of the same shoppers; all else stays as it is. */
export function repeatable(report: Json): Json {
  const known = new Map<string, string>();
  const named = (kind: string, id: string) => {
    const numbered =
      known.get(id) ?? `${kind} ${[...known.values()].filter((it) => it.startsWith(kind)).length + 1}`;
    known.set(id, numbered);
    return numbered;
  };
  const field = (name: string, value: Json): Json => {
    if (TIMES.has(name) && typeof value === "string") return "time";
    if (LENGTHS.has(name) && typeof value === "number") return "seconds";
    if (IDS.has(name) && typeof value === "string") return named(name.replace("_id", ""), value);
    return walk(SHAPES[name]?.(value) ?? value);
  };
  const walk = (value: Json): Json => {
    if (Array.isArray(value)) return value.map(walk);
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(Object.entries(value).map(([name, of]) => [name, field(name, of)]));
  };
  return walk(report);
}
