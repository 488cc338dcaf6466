/** policy check, explain and test: what is said of a configuration, and by which exit code. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { policyCommand } from "../../../src/cli/policy/index.ts";
import { run } from "./run.ts";

const example = new URL("../../../karpor-access.example.yml", import.meta.url).pathname;
const dir = mkdtempSync(join(tmpdir(), "karpor-access-policy-"));
afterAll(() => rmSync(dir, { recursive: true }));

interface File {
  roles: Record<string, Record<string, unknown>>;
  rules: Record<string, unknown>[];
  limits: Record<string, unknown>;
}
let written = 0;
/** The example, changed. */
function changed(edit: (file: File) => void): string {
  const file = parse(readFileSync(example, "utf8")) as File;
  edit(file);
  const path = join(dir, `${++written}.yml`);
  writeFileSync(path, stringify(file));
  return path;
}

describe("check", () => {
  test("the example is right", async () => {
    const { good, said } = await run(["check", example]);
    expect(said).toContain("5 roles, 2 rules");
    expect(good).toBe(true);
  });

  test.each<[string, (file: File) => void, RegExp]>([
    [
      "mistakes of form, all of them",
      (file) => {
        Object.assign(file.rules[0] ?? {}, { then: "ask" });
        Object.assign(file.roles.guest ?? {}, { duration: { default: "8d", max: "7d" } });
      },
      /roles\.guest\.duration\.default: is longer[\s\S]*rules\.0\.then: must be "deny" or "approve"/,
    ],
    [
      "mistakes of form and of meaning, at once",
      (file) => {
        Object.assign(file.roles.guest ?? {}, { duration: { default: "8d", max: "7d" } });
        file.rules.push({
          name: "later",
          when: { requester: { in: ["S0EXT"] }, role: ["admin"] },
          then: "approve",
        });
      },
      /roles\.guest\.duration\.default: is longer[\s\S]*later +can never match/,
    ],
    [
      "a rule that an earlier one keeps from matching",
      (file) =>
        file.rules.push({
          name: "later",
          when: { requester: { in: ["S0EXT"] }, role: ["admin"] },
          then: "approve",
        }),
      /later +can never match: no contractors always does before it/,
    ],
    [
      "a rule for longer looks is reached",
      (file) =>
        file.rules.push({
          ...file.rules[1],
          name: "later",
          when: { requester: { in: ["S0DEV"] }, role: ["guest"], max: "1h" },
        }),
      /0 failures/,
    ],
    [
      "a rule that changes nothing",
      (file) => file.rules.push({ name: "needless", when: { role: ["peek"] }, then: "approve" }),
      /needless +approves only what nobody need approve anyhow/,
    ],
    [
      "a role that writes without approval",
      (file) => Object.assign(file.roles.admin ?? {}, { approval: "none", breakGlass: undefined }),
      /gives karpor-admin, which writes, without anybody's approval/,
    ],
    [
      "a rule that gives such a role",
      (file) => file.rules.push({ name: "quick", when: { role: ["admin"] }, then: "approve" }),
      /gives karpor-admin, which writes, without anybody's approval/,
    ],
    [
      "more approvers than are named",
      (file) => Object.assign(file.roles.guest ?? {}, { approval: { by: ["U0BOB"], count: 2 } }),
      /roles\.guest\.approval\.count: needs 2 different people/,
    ],
    [
      "a requester who would have to approve",
      (file) =>
        Object.assign(file.roles.guest ?? {}, { requester: { in: ["U0BOB"] }, approval: { by: ["U0BOB"] } }),
      /U0BOB may ask for it, and without them too few are left to approve/,
    ],
    [
      "a fallback that would come too late",
      (file) =>
        Object.assign(file.roles.guest ?? {}, {
          approval: { by: ["S0SRE"], within: "1h", fallback: { by: ["S0LEADS"], after: "2h" } },
        }),
      /fallback\.after: must be shorter than within/,
    ],
  ])("%s", async (_what, edit, words) => {
    const { good, said } = await run(["check", changed(edit)]);
    expect(said).toMatch(words);
    expect(good).toBe(/ 0 failures/.test(said));
  });
});

describe("explain", () => {
  const ask = ["explain", "--who", "U0DANA", "--in", "S0DEV,S0EXT", "--role", "guest"];
  const variables = { KARPOR_ACCESS_CONFIG: example };

  test("says what would be, and each line's part", async () => {
    const { said } = await run([...ask, "--for", "30m"], variables);
    expect(said).toContain("approve: rule: short looks (for guest, 30m of at most 30m, in S0DEV)");
    expect(said).toMatch(/^ {2}pass +rule: no contractors +does not match: for admin, register$/m);
    expect(said).toMatch(/^> approve +rule: short looks/m);
  });

  test("as JSON", async () => {
    const { said } = await run([...ask, "--for", "2h", "--grants", "5", "--json"], variables);
    expect(JSON.parse(said)).toMatchObject({ outcome: "deny", by: "limits", because: "has 5 of 5 grants" });
  });

  test("more time counts beside other grants, not beside its own", async () => {
    const limited = changed((file) => Object.assign(file.limits, { grantsPerPerson: 1 }));
    const more = ["explain", "--who", "U0DANA", "--role", "guest", "--for", "1h", "--had", "2h", "--grants"];
    const told = async (grants: string) =>
      (await run([...more, grants], { KARPOR_ACCESS_CONFIG: limited })).said.split(":")[0];
    expect([await told("1"), await told("2")]).toEqual(["ask", "deny"]);
  });

  test.each([
    [["--who", "dana", "--role", "guest"], /--who: must be a Slack user id/],
    [["--who", "U0DANA", "--role", "guest", "--for", "soon"], /--for: "soon" is no duration/],
    [["--who", "U0DANA"], /--role: /],
  ])("%j", (args, words) => expect(() => policyCommand(["explain", ...args])).toThrow(words));

  test("a role that there is not", async () => {
    const wrong = run(["explain", "--who", "U0DANA", "--role", "gest"], variables);
    await expect(wrong).rejects.toThrow("There is no role gest; did you mean guest?");
  });
});

describe("test", () => {
  const variables = { KARPOR_ACCESS_CONFIG: example };
  const table = (text: string): string => {
    const path = join(dir, "cases.yml");
    writeFileSync(path, text);
    return path;
  };

  test("the example's cases hold", async () => {
    const { good, said } = await run(["test", example.replace(/yml$/, "test.yml")], variables);
    expect(said).toBe("7 of 7 cases are as they should be.");
    expect(good).toBe(true);
  });

  test("what is otherwise is told, with what it is", async () => {
    const { good, said } = await run(
      [
        "test",
        table(
          "- { who: U0A, in: [S0DEV], role: guest, for: 30m, then: ask }\n- { who: U0A, role: gest, then: ask }",
        ),
      ],
      variables,
    );
    expect(said).toContain("U0A asks for guest for 30m: approve because of rule: short looks");
    expect(said).toContain("There is no role gest");
    expect(said).toContain("0 of 2 cases");
    expect(good).toBe(false);
  });

  test("a table that is none", async () => {
    const wrong = run(["test", table("- { who: dana, role: guest, then: maybe }")], variables);
    await expect(wrong).rejects.toThrow(/0\.who must be a Slack user id[\s\S]*0\.then/);
  });
});

test.each([[[]], [["forbid"]], [["diff", "one"]], [["test"]]])("%j is refused", (args) =>
  expect(() => policyCommand(args)).toThrow(),
);
