/** A regular expression's text to its states. JavaScript says whether it is one, and what a single character class holds. Pure. */
import type { Place, State } from "./program.ts";

/** What cannot be walked all at once, or is too much to walk. */
const STATES_MAX = 1_000;
const TOKEN =
  /\(\?<?[=!]|\(\?<[^>]*>|\(\?:|\(\?|\[(?:\\.|[^\]\\])*\]|\\u\{[^}]*\}|\\u[dD][89abAB][\da-fA-F]{2}\\u[dD][c-fC-F][\da-fA-F]{2}|\\u[\da-fA-F]{4}|\\x[\da-fA-F]{2}|\\c[A-Za-z]|\\[pP]\{[^}]*\}|\\k<[^>]*>|\\.|[*+?]\??|\{\d+(?:,\d*)?\}\??|[\s\S]/gu;
const PLACES: Readonly<Record<string, Place>> = { "^": "start", $: "end", "\\b": "word", "\\B": "no-word" };

/** Builds what comes before `next`. */
type Piece = (next: State) => State;

/** Throws one sentence. */
export function parsePattern(source: string): State {
  // Its own words for what is wrong are good enough.
  void new RegExp(source, "u");
  const tokens = source.match(TOKEN) ?? [];
  const make = counting();
  const at = { i: 0 };
  return alternatives(tokens, at, make)({ end: true });
}

type Make = <S extends State>(state: S) => S;

function counting(): Make {
  let count = 0;
  return (state) => {
    if (++count > STATES_MAX) throw new Error("it is too large: repeat less");
    return state;
  };
}

interface Cursor {
  i: number;
}

function alternatives(tokens: readonly string[], at: Cursor, make: Make): Piece {
  const all = [sequence(tokens, at, make)];
  while (tokens[at.i] === "|") {
    at.i++;
    all.push(sequence(tokens, at, make));
  }
  return (next) => make({ either: all.map((one) => one(next)) });
}

function sequence(tokens: readonly string[], at: Cursor, make: Make): Piece {
  const pieces: Piece[] = [];
  for (let token = tokens[at.i]; token && token !== "|" && token !== ")"; token = tokens[at.i]) {
    at.i++;
    const piece = single(token, tokens, at, make);
    pieces.push(repeated(piece, tokens, at, make));
  }
  return (next) => pieces.reduceRight((after, piece) => piece(after), next);
}

function single(token: string, tokens: readonly string[], at: Cursor, make: Make): Piece {
  const place = PLACES[token];
  if (place) return (next) => make({ at: place, next });
  if (/^\((?:$|\?:|\?<[^=!])/.test(token)) {
    const inner = alternatives(tokens, at, make);
    at.i++;
    return inner;
  }
  if (token.startsWith("(?"))
    throw new Error(`${token} looks ahead or behind, or sets a mode; write it without`);
  if (/^\\[1-9k]/.test(token)) throw new Error(`${token} repeats what was found before; write it without`);
  const takes = takesOf(token);
  return (next) => make({ takes, next });
}

function takesOf(token: string): (character: string) => boolean {
  if (!/^[\\[.]/.test(token)) return (character) => character === token;
  const one = new RegExp(`^(?:${token})$`, "u");
  return (character) => one.test(character);
}

function repeated(piece: Piece, tokens: readonly string[], at: Cursor, make: Make): Piece {
  const times = timesOf(tokens[at.i] ?? "");
  if (!times) return piece;
  at.i++;
  const { least, most } = times;
  return (next) => {
    let state = most === null ? forEver(piece, next, make) : next;
    for (let n = most ?? least; n > least; n--) state = make({ either: [piece(state), next] });
    for (let n = 0; n < least; n++) state = piece(state);
    return state;
  };
}

function forEver(piece: Piece, next: State, make: Make): State {
  const loop = make({ either: [next] });
  loop.either.push(piece(loop));
  return loop;
}

/** `most` is null where it has none. */
function timesOf(token: string): { least: number; most: number | null } | undefined {
  if (/^\*\??$/.test(token)) return { least: 0, most: null };
  if (/^\+\??$/.test(token)) return { least: 1, most: null };
  if (/^\?\??$/.test(token)) return { least: 0, most: 1 };
  const [, least, comma, most] = /^\{(\d+)(?:(,)(\d*))?\}\??$/.exec(token) ?? [];
  if (least === undefined) return undefined;
  if (comma === undefined) return { least: Number(least), most: Number(least) };
  return { least: Number(least), most: most ? Number(most) : null };
}
