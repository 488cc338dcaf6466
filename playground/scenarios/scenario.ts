/** What a visitor may break: each tells what it did, and how it healed. */
import { setTimeout as delay } from "node:timers/promises";
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
  run(context: PlaygroundContext, tell: Tell): Promise<void>;
}

const LOOK_EVERY = 60;

/** The first truthy answer of `look`, or undefined after `ms` real milliseconds. */
export async function seen<T>(look: () => T | Promise<T>, ms: number): Promise<T | undefined> {
  for (const deadline = performance.now() + ms; ; await delay(LOOK_EVERY)) {
    const found = await look();
    if (found) return found;
    if (performance.now() > deadline) return undefined;
  }
}
