/** The processes that play: one for each core, and whichever has a lane free takes the next sequence. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import type { Agenda } from "./agenda.ts";
import type { Played } from "./campaign.ts";
import type { Tally } from "./tally.ts";

export interface Failure {
  index: number;
  story: string;
  /** No slow machine excuses it. */
  isSure: boolean;
}

export interface Crew extends AsyncDisposable {
  /** Resolves to the sequences that ended badly. Rejects when a process dies. */
  play(agenda: Agenda): Promise<Failure[]>;
  /** How many acts each sequence had. */
  lengths: readonly number[];
}

export interface CrewOptions {
  seed: number;
  tally: Tally;
  onFailure(failure: Failure): void;
  onProgress(words: string): void;
}

const PLAYER = fileURLToPath(new URL("player.ts", import.meta.url));
const PLAYERS = Math.min(4, availableParallelism());
/** Each waits more than it works. */
const LANES = 10;
const TOLD_EVERY = 500;

export function openCrew({ seed, tally, onFailure, onProgress }: CrewOptions): Crew {
  const players = Array.from({ length: PLAYERS }, () => openPlayer(seed));
  const lengths: number[] = [];
  let failed = 0;

  function note({ index, acts, counts, story, isSure = false }: Played): Failure | undefined {
    lengths.push(acts);
    tally.add(counts);
    const failure = story === undefined ? undefined : { index, story, isSure };
    if (failure) failed += 1;
    if (failure) onFailure(failure);
    if (lengths.length % TOLD_EVERY === 0) onProgress(`${lengths.length} sequences, ${failed} ended badly`);
    return failure;
  }

  return {
    lengths,
    async play(agenda) {
      const failures: Failure[] = [];
      const work = async (player: Player) => {
        for (let index = agenda.next(); index !== undefined; index = agenda.next()) {
          const failure = note(await player.play(index));
          agenda.over(index);
          if (failure) failures.push(failure);
        }
      };
      await Promise.all(Array.from({ length: LANES }, () => players.map(work)).flat());
      return failures;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(players.map((player) => player.stop()));
    },
  };
}

type Player = ReturnType<typeof openPlayer>;

function openPlayer(seed: number) {
  const child = fork(PLAYER, [String(seed), String(LANES)]);
  const gone = goneOf(child);
  const waiting = new Map<number, (played: Played) => void>();
  child.on("message", (played: Played) => waiting.get(played.index)?.(played));
  return {
    play(index: number): Promise<Played> {
      const told = new Promise<Played>((resolve) => waiting.set(index, resolve));
      child.send(index);
      const died = gone.then((code): never => {
        throw new Error(`a process that plays ended with ${code}`);
      });
      return Promise.race([told, died]).finally(() => waiting.delete(index));
    },
    async stop() {
      if (child.connected) child.disconnect();
      await gone;
    },
  };
}

const goneOf = async (child: ChildProcess): Promise<unknown> => {
  const [code, signal] = await once(child, "exit");
  return code ?? signal;
};
