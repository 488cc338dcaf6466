/** The scenarios in the order they are offered, and what each has told so far. */
import type { PlaygroundContext } from "../context.ts";
import type { Said } from "../said.ts";
import { kill } from "./kill.ts";
import { hubAway, slackAway } from "./outages.ts";
import { flush, restore } from "./redis.ts";
import { Refusal, type Scenario, type ScenarioLine } from "./scenario.ts";
import { thief } from "./thief.ts";

const SCENARIOS: readonly Scenario[] = [thief, kill, hubAway, slackAway, restore, flush];

export interface ScenarioView {
  id: string;
  title: Said;
  about: Said;
  /** Undefined: no switch. */
  on: boolean | undefined;
  running: boolean;
  lines: ScenarioLine[];
}

export interface Scenarios {
  view(): ScenarioView[];
  running(): boolean;
  /** Starts it, and does not wait. Throws one sentence when it cannot be. */
  run(id: string): void;
}

export function createScenarios(context: PlaygroundContext, changed: () => void): Scenarios {
  const lines = new Map<string, ScenarioLine[]>(SCENARIOS.map(({ id }) => [id, []]));
  const running = new Set<string>();
  const tell =
    (scenario: Scenario) =>
    (en: string, zh: string, tone: ScenarioLine["tone"] = "plain") => {
      lines.get(scenario.id)?.push({ at: context.clock.now(), text: { en, zh }, tone });
      context.timeline.add({ lane: "you", title: { en, zh }, bad: tone === "bad" });
    };
  const perform = async (scenario: Scenario) => {
    running.add(scenario.id);
    // A switch that goes off again goes on with its story.
    if (!scenario.on?.(context)) lines.set(scenario.id, []);
    changed();
    await scenario.run(context, tell(scenario)).catch((error: Error) => {
      const { en, zh } = error instanceof Refusal ? error.said : { en: error.message, zh: error.message };
      tell(scenario)(en, zh, "bad");
    });
    running.delete(scenario.id);
    changed();
  };
  return {
    view: () =>
      SCENARIOS.map((scenario) => ({
        ...{ id: scenario.id, title: scenario.title, about: scenario.about },
        on: scenario.on?.(context),
        running: running.has(scenario.id),
        lines: lines.get(scenario.id) ?? [],
      })),
    running: () => running.size > 0,
    run(id) {
      const scenario = SCENARIOS.find((one) => one.id === id);
      if (!scenario) throw new Error("There is no such thing to break.");
      if (running.size > 0) throw new Refusal("One thing at a time.", "一次只做一件。");
      void perform(scenario);
    },
  };
}
