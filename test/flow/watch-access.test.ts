/** The bot's own access to the hub: two refusals are needed, each lock-out is told once, and its end once. */
import { expect, test } from "vitest";
import type { Alarm } from "../../src/domain/alarm.ts";
import { TroubleOutside } from "../../src/flow/ports.ts";
import { watchAccess } from "../../src/flow/watch/watch-access.ts";
import { memoryLog } from "../helpers/memory-log.ts";

const away = new TroubleOutside("hub", "no answer");
const taken = (credential: string) => ({ taken: true, credential });
const refused = (credential: string) => ({ taken: false, credential });
type Seen = ReturnType<typeof taken> | TroubleOutside;

const watch = (...seen: Seen[]) => watchWith(() => true, seen);

/** `heard`: whether they all heard it. */
async function watchWith(heard: (alarm: Alarm) => boolean, seen: Seen[]) {
  const [told, done, waits]: [Alarm[], string[], number[]] = [[], [], []];
  const run = watchAccess({
    log: memoryLog(),
    admins: { tell: async (alarm) => Boolean(told.push(alarm)) && heard(alarm) },
    look: async () => {
      const next = seen.shift();
      if (!next || next instanceof Error) throw next;
      return next;
    },
    recheck: () => void done.push("recheck"),
    resume: async () => void done.push("resume"),
  });
  const { signal } = new AbortController();
  while (seen.length > 0) waits.push(await run(signal));
  return { told, done, waits };
}

test("one refusal says nothing, and is looked at again soon", async () => {
  const { told, done, waits } = await watch(taken("a"), refused("a"), taken("a"));
  expect({ told, done }).toEqual({ told: [], done: [] });
  expect(waits[1]).toBeLessThan(waits[0] ?? 0);
});

test("two are told, under the name of the credential that was refused first; its end too, and what waits goes on", async () => {
  const { told, done } = await watch(refused("a"), refused("a"), refused("b"), taken("c"), taken("c"));
  expect(new Set(told.map((alarm) => JSON.stringify(alarm)))).toEqual(
    new Set([
      JSON.stringify({ kind: "locked-out", credential: "a" }),
      JSON.stringify({ kind: "let-in", credential: "a" }),
    ]),
  );
  expect(told.filter(({ kind }) => kind === "let-in")).toHaveLength(1);
  expect(done).toEqual(["recheck", "recheck", "resume"]);
});

test("a hub that is away neither refuses nor takes", async () => {
  const { told } = await watch(away, away, refused("a"), away, refused("a"), away);
  expect(told.map(({ kind }) => kind)).toEqual(["locked-out"]);
});

test("that it is over is told until all of them heard it", async () => {
  let tries = 0;
  const heard = ({ kind }: Alarm) => kind !== "let-in" || ++tries > 1;
  const taking = [taken("b"), taken("b"), taken("b")];
  const { told, done } = await watchWith(heard, [refused("a"), refused("a"), ...taking]);
  expect(told.slice(1)).toEqual([
    { kind: "let-in", credential: "a" },
    { kind: "let-in", credential: "a" },
  ]);
  expect(done).toEqual(["recheck", "recheck", "resume"]);
});

test("the next upgrade is told anew", async () => {
  const { told } = await watch(
    refused("a"),
    refused("a"),
    taken("b"),
    refused("b"),
    refused("b"),
    taken("c"),
  );
  expect(told).toEqual([
    { kind: "locked-out", credential: "a" },
    { kind: "let-in", credential: "a" },
    { kind: "locked-out", credential: "b" },
    { kind: "let-in", credential: "b" },
  ]);
});
