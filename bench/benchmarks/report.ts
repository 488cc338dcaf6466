/** `audit report` over the trail of 20,000 grants, in a process of its own: how long, and how much memory. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { Redis } from "ioredis";
import { HOUR, MINUTE, SECOND } from "../../src/request/durations.ts";
import type { TrailEvent } from "../../src/request/events.ts";
import { requestIdFrom } from "../../src/request/ids.ts";
import { secret } from "../../src/request/secret.ts";
import { keysFor } from "../../src/store/keys.ts";
import { createSigner } from "../../src/store/signed.ts";
import { signEntry } from "../../src/store/trail.ts";
import { type Row, timed } from "../measure.ts";
import { INSTANCE, PEOPLE, RECORDS_KEY, startLocalWorld } from "../world.ts";

const GRANTS = 20_000;
const EVENTS: readonly TrailEvent[] = [
  "request.asked",
  "request.waiting",
  "request.approved",
  "access.granted",
  "access.ended",
  "access.removed",
  "end.proved",
];
const ENTRIES = GRANTS * EVENTS.length;
const MAIN = fileURLToPath(new URL("../../src/main.ts", import.meta.url));
const REPORT = ["audit", "report", "--from", "2020-01-01", "--format", "csv"];
const TELL_MEMORY =
  "data:text/javascript,process.on('exit',()=>console.error(process.resourceUsage().maxRSS))";

export async function report(): Promise<Row[]> {
  await using world = await startLocalWorld();
  await fillTrail(new Redis(world.redis.url));
  const child = spawn(process.execPath, ["--import", TELL_MEMORY, MAIN, ...REPORT], {
    env: { ...process.env, ...world.env },
  });
  let [lines, told] = [0, ""];
  child.stdout.on("data", (chunk: Buffer) => {
    lines += chunk.toString().split("\n").length - 1;
  });
  child.stderr.on("data", (chunk: Buffer) => {
    told += chunk.toString();
  });
  const took = (await timed(() => once(child, "close"))) / SECOND;
  if (lines !== GRANTS + 1) throw new Error(`the report has ${lines} lines: ${told}`);
  const megabytes = Number(told) / 1024;
  return [
    { what: `report of ${ENTRIES} entries`, ours: `${took.toFixed(1)} s`, aim: "10 s", isMet: took < 10 },
    { what: "its memory", ours: `${megabytes.toFixed(0)} MB`, aim: "400 MB", isMet: megabytes < 400 },
  ];
}

async function fillTrail(redis: Redis): Promise<void> {
  const signer = createSigner(secret(RECORDS_KEY), INSTANCE);
  const { trail } = keysFor(INSTANCE);
  const began = Date.now() - GRANTS * MINUTE;
  for (let from = 0; from < GRANTS; from += 500) {
    const pipeline = redis.pipeline();
    for (let number = from; number < from + 500; number++)
      for (const [step, event] of EVENTS.entries())
        pipeline.xadd(trail, "*", "entry", signEntry(signer, entryFor(number, step, event, began)));
    await pipeline.exec();
  }
  redis.disconnect();
}

/** As the bot writes it. */
function entryFor(number: number, step: number, event: TrailEvent, began: number) {
  const requester = PEOPLE[number % PEOPLE.length] ?? "";
  const at = began + number * MINUTE + step * SECOND;
  const isOver = event === "end.proved";
  const ending = {
    ...{ cause: "holder", by: requester, words: "", refusal: null, at, goneAt: null },
    ...{ deletedAt: isOver ? at : null, trouble: null, unconfirmedAt: null },
    proof: isOver ? { method: "probe", at } : null,
  };
  const approvals = [{ by: "U0A0001", rule: null, at, time: HOUR }];
  return {
    ...{ event, id: requestIdFrom(String(number)), at, by: null, version: `${number}-${step}` },
    ...{ state: isOver ? "closed" : "active", requester, askedBy: requester },
    names: { [requester]: `Person ${number}`, U0A0001: "Approver" },
    ...{ role: "guest", clusterRole: "karpor-guest", account: "6f1b2c3d-0000-4000-8000-000000000000" },
    ...{ emergency: false, duration: HOUR, granted: null, reason: `OPS-${number} look at the search page` },
    ...{ askedAt: at, startsAt: null, follows: null, prolongsFrom: null, prolongedBy: null, replaces: null },
    ...{
      grantedAt: step > 1 ? at : null,
      activeAt: step > 2 ? at : null,
      endsAt: at + HOUR,
      approvals: step > 1 ? approvals : [],
    },
    ...{ ending: step > 3 ? ending : null, outcome: null, review: null, used: null },
    ...{ ticket: `OPS-${number}`, policy: "0123456789ab" },
  };
}
