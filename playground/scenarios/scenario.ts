/** What a visitor may break: each tells what it did, and how it healed. */
import type { PlaygroundContext } from "../context.ts";

export interface ScenarioLine {
  at: number;
  text: string;
  tone: "bad" | "good" | "plain";
}

export type Tell = (text: string, tone?: ScenarioLine["tone"]) => void;

export interface Scenario {
  id: string;
  title: string;
  /** What it will do, before it is done. */
  about: string;
  /** Why it cannot be done here; undefined when it can. */
  not(context: PlaygroundContext): string | undefined;
  /** Of a switch: whether it is on; run turns it. */
  on?(context: PlaygroundContext): boolean;
  run(context: PlaygroundContext, tell: Tell): Promise<void>;
}
