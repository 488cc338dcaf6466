/** Draws the life of a request into docs/architecture.md, from the table that the bot goes by. */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { LIFECYCLE } from "../src/domain/lifecycle.ts";
import type { State } from "../src/domain/request.ts";

const PATHS = ["docs/architecture.md", "docs/zh/architecture.md"].map((path) =>
  fileURLToPath(new URL(`../${path}`, import.meta.url)),
);
const DRAWN = /(?<=^```mermaid\n)stateDiagram-v2\n[^`]*(?=^```$)/m;

type OnHub = (typeof LIFECYCLE)[State]["onHub"];
const COLOURS = {
  none: "fill:#f6f8fa,stroke:#8c959f,color:#24292f",
  "may-stand": "fill:#fff8c5,stroke:#bf8700,color:#24292f",
  "must-stand": "fill:#dafbe1,stroke:#1a7f37,color:#24292f",
  "must-go": "fill:#ffebe9,stroke:#cf222e,color:#24292f",
} satisfies Record<OnHub, string>;

export function drawLifecycle(): string {
  const rows = Object.entries(LIFECYCLE) as [State, { to: readonly State[]; onHub: OnHub }][];
  const ways = rows.flatMap(([from, { to }]) =>
    to.length === 0 ? [`${from} --> [*]`] : to.map((next) => `${from} --> ${next}`),
  );
  const colours = (Object.keys(COLOURS) as OnHub[]).flatMap((onHub) => {
    const states = rows.flatMap(([state, row]) => (row.onHub === onHub ? [state] : []));
    // Mermaid's names have no hyphen.
    const name = onHub.replace("-", "");
    return [`classDef ${name} ${COLOURS[onHub]}`, `class ${states.join(", ")} ${name}`];
  });
  const lines = ["[*] --> requested", ...ways, ...colours];
  return `stateDiagram-v2\n${lines.map((line) => `  ${line}\n`).join("")}`;
}

/** The documents that hold the drawing, and each as it must read. Throws where one has no place for it. */
export function withLifecycle(): { path: string; now: string; drawn: string }[] {
  return PATHS.map((path) => {
    const now = readFileSync(path, "utf8");
    if (!DRAWN.test(now)) throw new Error(`${path} has no Mermaid block with a stateDiagram-v2.`);
    return { path, now, drawn: now.replace(DRAWN, drawLifecycle()) };
  });
}

if (import.meta.main) for (const { path, drawn } of withLifecycle()) writeFileSync(path, drawn);
