/** One chart as SVG: lines over the month, stacked where the panel says so. Pure. */
import { esc } from "../../playground/page/view/escape.ts";

export interface Line {
  name: string;
  /** Seconds since the epoch, and the value; what is no number is a gap. */
  points: [number, number][];
}

export interface Chart {
  lines: Line[];
  unit: string;
  isStacked: boolean;
  /** Seconds since the epoch; and between two points of a line. */
  from: number;
  to: number;
  step: number;
  width: number;
  height: number;
}

const COLOURS = [
  "#3a7d44",
  "#d9a400",
  "#2f6fb2",
  "#d9622b",
  "#b03a48",
  "#7a5195",
  "#4aa3a2",
  "#8c6d46",
  "#c2569b",
  "#6b7280",
];
const [LEFT, RIGHT, TOP, BOTTOM] = [52, 8, 8, 22];
const DAY = 86_400;
const MARKS = 4;

export const colour = (i: number): string => COLOURS[i % COLOURS.length] ?? "";

export function chart(of: Chart): string {
  const { width, height, from, to, unit } = of;
  const drawn = of.isStacked
    ? stacked(of.lines)
    : of.lines.map(({ points }) => points.map(([at, v]) => [at, v, 0] as Band));
  const top = roundUp(Math.max(0, ...drawn.flat().flatMap(([, v]) => (Number.isFinite(v) ? [v] : []))), unit);
  const x = (at: number) => LEFT + ((at - from) / (to - from)) * (width - LEFT - RIGHT);
  const y = (v: number) => TOP + (1 - v / top) * (height - TOP - BOTTOM);
  const grid = Array.from({ length: MARKS + 1 }, (_, i) => (i * top) / MARKS).map(
    (v) =>
      `<line x1="${LEFT}" x2="${width - RIGHT}" y1="${y(v)}" y2="${y(v)}" class="grid"/><text x="${LEFT - 6}" y="${y(v) + 4}" text-anchor="end">${esc(say(v, unit))}</text>`,
  );
  const days = Math.max(1, Math.round((to - from) / DAY / 6));
  const marks: string[] = [];
  for (let at = Math.ceil(from / DAY) * DAY; at < to; at += days * DAY)
    marks.push(
      `<line x1="${x(at)}" x2="${x(at)}" y1="${TOP}" y2="${height - BOTTOM}" class="grid"/><text x="${x(at)}" y="${height - 6}" text-anchor="middle">${new Date(at * 1000).toISOString().slice(5, 10)}</text>`,
    );
  const shapes = drawn.flatMap((points, i) =>
    runs(points, of.step).map((run) => shape(run, { x, y }, colour(i))),
  );
  return `<svg width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">${grid.join("")}${marks.join("")}${shapes.join("")}</svg>`;
}

/** When, its value, and on what it stands. */
type Band = [at: number, value: number, base: number];

function stacked(lines: readonly Line[]): Band[][] {
  const sums = new Map<number, number>();
  return lines.map(({ points }) =>
    points.map(([at, value]) => {
      const base = sums.get(at) ?? 0;
      sums.set(at, base + value);
      return [at, base + value, base];
    }),
  );
}

/** Parted where there is a gap. */
function runs(points: readonly Band[], step: number): Band[][] {
  const found: Band[][] = [];
  let last = Number.NEGATIVE_INFINITY;
  for (const point of points) {
    if (!Number.isFinite(point[1])) continue;
    if (point[0] - last > 1.5 * step) found.push([]);
    found.at(-1)?.push(point);
    last = point[0];
  }
  return found;
}

function shape(
  run: readonly Band[],
  { x, y }: { x(at: number): number; y(v: number): number },
  fill: string,
): string {
  const at = (one: Band, part: 1 | 2) => `${x(one[0]).toFixed(1)},${y(one[part]).toFixed(1)}`;
  const [only] = run;
  if (run.length === 1 && only)
    return `<circle cx="${x(only[0])}" cy="${y(only[1])}" r="1.5" fill="${fill}"/>`;
  const above = run.map((one) => at(one, 1));
  const below = run.toReversed().map((one) => at(one, 2));
  return `<polygon points="${[...above, ...below].join(" ")}" fill="${fill}" fill-opacity="0.12"/><polyline points="${above.join(" ")}" fill="none" stroke="${fill}"/>`;
}

/** Of seconds that many; of the rest 1, 2, 2.5 or 5 and noughts: a quarter of it is easily read. */
function roundUp(most: number, unit: string): number {
  if (most <= 0) return unit === "s" ? 1 : MARKS;
  if (unit === "s" && most > 40)
    return (
      [
        60,
        120,
        240,
        480,
        1200,
        2400,
        4 * 3600,
        8 * 3600,
        16 * 3600,
        2 * DAY,
        4 * DAY,
        40 * DAY,
        400 * DAY,
      ].find((one) => one >= most) ?? most
    );
  const scale = 10 ** Math.floor(Math.log10(most));
  return ([1, 2, 4, 8, 10].find((one) => one * scale >= most) ?? 10) * scale;
}

const UNITS: [seconds: number, name: string][] = [
  [DAY, "d"],
  [3600, "h"],
  [60, "min"],
  [1, "s"],
  [0.001, "ms"],
];

export function say(value: number, unit = ""): string {
  if (!Number.isFinite(value)) return "–";
  if (unit !== "s") return `${short(value)}${unit === "reqps" ? "/s" : ""}`;
  if (value === 0) return "0 s";
  const [size, name] = UNITS.find(([seconds]) => value >= seconds) ?? [0.001, "ms"];
  return `${short(value / size)} ${name}`;
}

const short = (value: number): string => String(Number(value.toPrecision(3)));
