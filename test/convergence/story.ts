/** What happened in a sequence, in words: printed when it ends badly. */
import type { Clock } from "../../src/domain/clock.ts";

export interface Story {
  say(line: string): void;
  text(): string;
}

export function createStory(clock: Clock): Story {
  const begun = clock.now();
  const lines: string[] = [];
  return {
    say: (line) => void lines.push(`${since(clock.now() - begun)}  ${line}`),
    text: () => lines.join("\n"),
  };
}

/** `1d 02:03:04.005` */
function since(ms: number): string {
  const days = Math.floor(ms / 86_400_000);
  const time = new Date(Math.max(0, ms)).toISOString().slice(11, 23);
  return `${days > 0 ? `${days}d ` : ""}${time}`;
}
