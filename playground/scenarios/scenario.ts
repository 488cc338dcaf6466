/** What a visitor can break. Each scenario reports what it did and what happened. */
import type { PlaygroundContext } from "../context.ts";
import type { Said } from "../language.ts";

type Tone = "bad" | "good" | "plain";

export interface ScenarioLine {
  at: number;
  text: Said;
  tone: Tone;
}

export type Report = (en: string, zh: string, tone?: Tone) => void;

export interface Scenario {
  title: Said;
  /** What it will do. */
  about: Said;
  /** Whether a scenario with a switch is on; `run` turns it. */
  isOn?(): boolean;
  run(report: Report): Promise<void>;
}

export type CreateScenario = (context: PlaygroundContext) => Scenario;
