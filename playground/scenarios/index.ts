/** The acts in the order they are offered, and what each has told so far. */
import type { Stage } from "../context.ts";
import { flush } from "./flush.ts";
import { hubAway, hubBack } from "./hub.ts";
import { kill } from "./kill.ts";
import type { Act, Line } from "./scenario.ts";
import { twice } from "./twice.ts";

const ACTS: readonly Act[] = [kill, flush, hubAway, hubBack, twice];

export interface ActView {
  id: string;
  title: string;
  about: string;
  not: string | undefined;
  running: boolean;
  lines: Line[];
}

export interface Acts {
  view(): ActView[];
  /** Starts it, and does not wait. Throws one sentence when it cannot be. */
  run(id: string): void;
}

export function createActs(stage: Stage, changed: () => void): Acts {
  const lines = new Map<string, Line[]>(ACTS.map(({ id }) => [id, []]));
  const running = new Set<string>();
  const tell =
    (act: Act) =>
    (text: string, tone: Line["tone"] = "plain") => {
      lines.get(act.id)?.push({ at: stage.clock.now(), text, tone });
      stage.timeline.add({ lane: "you", title: text, bad: tone === "bad" });
    };
  const perform = async (act: Act) => {
    running.add(act.id);
    lines.set(act.id, []);
    changed();
    await act.run(stage, tell(act)).catch((error: Error) => tell(act)(error.message, "bad"));
    running.delete(act.id);
    changed();
  };
  return {
    view: () =>
      ACTS.map((act) => ({
        ...{ id: act.id, title: act.title, about: act.about, not: act.not(stage) },
        running: running.has(act.id),
        lines: lines.get(act.id) ?? [],
      })),
    run(id) {
      const act = ACTS.find((one) => one.id === id);
      if (!act) throw new Error("There is no such thing to break.");
      const not = act.not(stage) ?? (running.size > 0 ? "One thing at a time." : undefined);
      if (not) throw new Error(not);
      void perform(act);
    },
  };
}
