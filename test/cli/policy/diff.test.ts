/** policy diff: what changes for whom, in words and as data, and what waits or is live that the new file alone would refuse. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { keysOf } from "../../../src/store/keys.ts";
import { createRequests } from "../../../src/store/requests.ts";
import { testRedis } from "../../helpers/redis.ts";
import { activeSample, ana, asked, ben } from "../../store/samples.ts";
import { run } from "./run.ts";

const dir = mkdtempSync(join(tmpdir(), "karpor-access-diff-"));
afterAll(() => rmSync(dir, { recursive: true }));

// biome-ignore lint/suspicious/noExplicitAny: a test bends the file as it likes.
type File = any;
let written = 0;
/** The example, in which everything that is told stands, changed. */
function changed(edit: (file: File) => void = () => {}): string {
  const file: File = parse(
    readFileSync(new URL("../../../karpor-access.example.yml", import.meta.url), "utf8"),
  );
  file.rules = [
    { name: "contractors", when: { requester: { in: ["S0EXT"] }, role: ["admin"] }, then: "deny" },
    { name: "short looks", when: { role: ["guest"], max: "30m" }, then: "approve" },
  ];
  file.limits = { grantsPerPerson: 5 };
  edit(file);
  const path = join(dir, `${++written}.yml`);
  writeFileSync(path, stringify(file));
  return path;
}
const old = changed();

async function told(edit: (file: File) => void) {
  const { good, said } = await run(["diff", old, changed(edit)]);
  return [good, ...said.split("\n\n").slice(0, -1).join("").split("\n")];
}

test.each<[string, (file: File) => void, string[]]>([
  [
    "a role's times, and who may ask and approve",
    ({ roles: { admin } }) => {
      admin.duration.max = "4h";
      admin.requester.in = ["S0DEV", "S0OPS"];
      Object.assign(admin.approval, { by: ["S0SRE"], count: 3 });
    },
    [
      "admin, for S0DEV, S0OPS",
      "  lasts at most: 8h → 4h",
      "  may be asked for by: + S0OPS",
      "  approved by: − U0BOB",
      "  must be approved by so many: 2 → 3",
    ],
  ],
  [
    "whether anybody approves, and for whom it is",
    ({ roles: { peek } }) => {
      Object.assign(peek, { approval: { by: ["S0SRE"] }, requester: { in: ["S0DEV"] } });
    },
    [
      "peek, for S0DEV",
      "  approved by: nobody need approve → S0SRE",
      "  may be asked for by: everybody → S0DEV",
    ],
  ],
  [
    "roles",
    ({ roles }) => {
      roles.look = roles.guest;
      delete roles.admin;
    },
    [
      "look, for everybody",
      "  is new: karpor-guest, 7d at most, S0SRE",
      "admin, for S0DEV",
      "  is gone: nobody can ask for it",
      "rules",
      "  contractors: denies admin to S0EXT → denies peek to S0EXT",
    ],
  ],
  [
    "limits and rules",
    (file) => {
      Object.assign(file, { limits: { grantsPerPerson: 2 }, admins: ["U0ALICE", "U0MEI"] });
      file.rules = [
        { name: "quick", then: "approve", when: { role: ["guest"] } },
        file.rules[1],
        file.rules[0],
      ];
      file.rules.push({ name: "freeze", then: "deny" });
    },
    [
      "everybody",
      "  grants at the same time: 5 → 2",
      "  may revoke anything: + U0MEI",
      "rules",
      "  + quick: approves guest to everybody, before short looks",
      "  + freeze: denies every role to everybody",
      "  in this order now: short looks, contractors",
    ],
  ],
  [
    "what a start alone takes in",
    (file) => Object.assign(file.slack, { channel: "C0OTHERS" }),
    ["At the next start: slack.channel"],
  ],
])("%s", async (what, edit, lines) => {
  const complete = (file: File) => {
    edit(file);
    if (what === "roles") file.rules[0].when.role = ["peek"];
  };
  expect(await told(complete)).toEqual([false, ...lines]);
});

test("nothing, wherever the file stands", async () => {
  const tls = (file: File) => {
    file.audit = {
      ...file.audit,
      hub: { tokenEnv: "HUB_AUDIT_TOKEN", port: 8443, tls: { cert: "c.pem", key: "k.pem" } },
    };
  };
  const elsewhere = join(dir, "elsewhere.yml");
  mkdirSync(join(dir, "below"));
  const below = join(dir, "below", "same.yml");
  writeFileSync(elsewhere, readFileSync(changed(tls)));
  writeFileSync(below, readFileSync(elsewhere));
  expect(await run(["diff", elsewhere, below], { REDIS_URL: "" })).toMatchObject({ good: true });
  const { good, said } = await run(["diff", old, changed()], { REDIS_URL: "" });
  expect(good).toBe(true);
  expect(said).toBe(
    "Nothing changes.\n\nWhat waits and what is live was not looked at: REDIS_URL is not set.",
  );
});

test("as data", async () => {
  const { said } = await run(["diff", old, changed((file) => delete file.limits), "--json"]);
  expect(JSON.parse(said)).toEqual({
    changes: [{ kind: "changed", field: "limits.grantsPerPerson", from: 5, to: null }],
    atStart: [],
    live: { not: "Redis does not answer" },
  });
});

test("a REDIS_URL that is none is said to be that, beside what changes", async () => {
  const { said } = await run(["diff", old, changed((file) => delete file.limits)], {
    REDIS_URL: "localhost:6379",
  });
  expect(said).toContain("grants at the same time: 5");
  expect(said).toMatch(/was not looked at: REDIS_URL must look like redis:/);
});

test("a file that cannot be read", () =>
  expect(run(["diff", old, join(dir, "none.yml")])).rejects.toThrow(/does not exist/));

test("what waits, and what is live", async () => {
  await using redis = await testRedis();
  const stored = createRequests({
    ...{ redis: redis.commands, keys: keysOf("production"), onTransition: () => {}, onBroken: () => {} },
    clock: { now: Date.now, sleep: async () => {} },
  });
  const hours = 3_600_000;
  const long = asked({ duration: 2 * hours, approvers: ["S0SRE" as never] });
  const short = asked({ requester: ben, duration: hours, approvers: ["S0SRE" as never] });
  const live = activeSample({ role: "register", clusterRole: "karpor-access-register" });
  const hidden = asked({
    role: "search-rules",
    clusterRole: "karpor-access-search-rules",
    approvers: ["S0SRE" as never],
  });
  for (const one of [long, short, hidden]) await stored.make(one, one.id);
  await stored.adopt(live);
  const now = changed(({ roles, rules }) => {
    roles.guest.duration.max = "1h";
    roles["search-rules"].requester = { in: ["S0DEV"] };
    rules.push({ name: "freeze", when: { role: ["register"], requester: { in: [ana.id] } }, then: "deny" });
  });
  const { said } = await run(["diff", old, now], { REDIS_URL: redis.server.url });
  const [, lines = ""] = said.split("\n\n");
  expect(lines.split("\n")).toEqual([
    "Would be closed when somebody decides:",
    `  ${long.id}  U0ANA  guest 2h: the role lasts 1h at most`,
    "Would not be given now, and goes on until its end:",
    `  ${live.id}  U0ANA  register 1h: rule: freeze: for register, in U0ANA`,
    "Cannot be told, for only Slack (SLACK_BOT_TOKEN) knows who is in which user group:",
    `  ${hidden.id}  U0ANA  search-rules 1h: requester: whether they are in S0DEV is not known`,
    "2 of 4 that wait or are live are concerned.",
  ]);
});

test("what the bot ends, for it is for others now, is not said to go on", async () => {
  await using redis = await testRedis();
  const stored = createRequests({
    ...{ redis: redis.commands, keys: keysOf("production"), onTransition: () => {}, onBroken: () => {} },
    clock: { now: Date.now, sleep: async () => {} },
  });
  const live = activeSample({ role: "register", clusterRole: "karpor-access-register" });
  await stored.adopt(live);
  const now = changed(({ roles }) => {
    roles.register.requester = { in: ["U0MEI"] };
  });
  const env = { REDIS_URL: redis.server.url };
  const { said } = await run(["diff", old, now], env);
  const [, lines = ""] = said.split("\n\n");
  expect(lines.split("\n")).toEqual([
    "Would end, or be closed, within the hour, as if who has it had left:",
    `  ${live.id}  U0ANA  register 1h: it is for U0MEI`,
    "1 of 1 that wait or are live are concerned.",
  ]);
  const { said: data } = await run(["diff", old, now, "--json"], env);
  expect(JSON.parse(data).live.affected).toMatchObject([{ id: live.id, outcome: "ends" }]);
});
