/** What a visitor may break: each tells what it did, and what came of it. */
import type { PlaygroundContext } from "../context.ts";
import type { Said } from "../said.ts";

/** Why something cannot be done. */
export class Refusal extends Error {
  override name = "Refusal";
  readonly said: Said;
  constructor(en: string, zh: string) {
    super(en);
    this.said = { en, zh };
  }
}

export interface ScenarioLine {
  at: number;
  text: Said;
  tone: "bad" | "good" | "plain";
}

export type Tell = (en: string, zh: string, tone?: ScenarioLine["tone"]) => void;

export interface Scenario {
  id: string;
  title: Said;
  /** What it will do, before it is done. */
  about: Said;
  /** Of a switch: whether it is on; run turns it. */
  on?(context: PlaygroundContext): boolean;
  run(context: PlaygroundContext, tell: Tell): Promise<void>;
}
