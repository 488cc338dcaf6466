/** A regular expression as a graph of states: walked all at once, so that no text takes longer than its length times the graph. Pure. */

/** `at` asks of the place between two characters. */
export type State =
  | { takes: (character: string) => boolean; next: State }
  | { at: Place; next: State }
  | { either: State[] }
  | { end: true };
export type Place = "start" | "end" | "word" | "no-word";

/** Whether the pattern matches anywhere in the text. */
export function matches(start: State, text: string): boolean {
  const characters = [...text];
  let alive: readonly State[] = [];
  for (let i = 0; i <= characters.length; i++) {
    const here = reached([...alive, start], characters, i);
    if (here === "end") return true;
    const character = characters[i];
    if (character === undefined) break;
    alive = [...here].flatMap((state) => ("takes" in state && state.takes(character) ? [state.next] : []));
  }
  return false;
}

/** Each state once, however many ways lead to it. */
function reached(from: readonly State[], characters: readonly string[], i: number): Set<State> | "end" {
  const seen = new Set<State>();
  const left = [...from];
  for (let state = left.pop(); state; state = left.pop()) {
    if (seen.has(state)) continue;
    seen.add(state);
    if ("end" in state) return "end";
    if ("either" in state) left.push(...state.either);
    if ("at" in state && PLACES[state.at](characters, i)) left.push(state.next);
  }
  return seen;
}

const isWord = (character: string | undefined): boolean => character !== undefined && /^\w$/.test(character);
const isEdge = (all: readonly string[], i: number): boolean => isWord(all[i - 1]) !== isWord(all[i]);

const PLACES: Record<Place, (characters: readonly string[], i: number) => boolean> = {
  start: (_, i) => i === 0,
  end: (all, i) => i === all.length,
  word: isEdge,
  "no-word": (all, i) => !isEdge(all, i),
};
