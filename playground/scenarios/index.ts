/** The scenarios in the order the page offers them, and what each has reported. */
import type { PlaygroundContext } from "../context.ts";
import { Refusal } from "../language.ts";
import { createHubAway } from "./hub-away.ts";
import { createKill } from "./kill.ts";
import { createRestore } from "./restore.ts";
import type { Report, Scenario, ScenarioLine } from "./scenario.ts";

interface Staged extends Scenario {
  id: string;
  isRunning: boolean;
  lines: ScenarioLine[];
}

export interface Scenarios {
  all: readonly Staged[];
  /** Starts one and doesn't wait for it. Throws Refusal. */
  run(id: string): void;
}

export function createScenarios(context: PlaygroundContext): Scenarios {
  const stage = (id: string, scenario: Scenario): Staged => ({
    ...scenario,
    id,
    isRunning: false,
    lines: [],
  });
  const all = [
    stage("kill", createKill(context)),
    stage("hub-away", createHubAway(context)),
    stage("restore", createRestore(context)),
  ];
  return {
    all,
    run(id) {
      const scenario = all.find((one) => one.id === id);
      if (!scenario) throw new Error(`There is no scenario ${id}.`);
      if (all.some(({ isRunning }) => isRunning)) throw new Refusal("One thing at a time.", "一次只做一件。");
      void perform(scenario, context);
    },
  };
}

async function perform(scenario: Staged, { clock }: PlaygroundContext): Promise<void> {
  const report: Report = (en, zh, tone = "plain") => {
    scenario.lines.push({ at: clock.now(), text: { en, zh }, tone });
  };
  scenario.isRunning = true;
  // Switching it off again continues its story.
  if (!scenario.isOn?.()) scenario.lines.length = 0;
  await scenario.run(report).catch((error: Error) => {
    const { en, zh } = error instanceof Refusal ? error.said : { en: error.message, zh: error.message };
    report(en, zh, "bad");
  });
  scenario.isRunning = false;
}
