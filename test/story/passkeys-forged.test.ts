/** What no passkey signed gives nobody access, whatever Redis says and whoever has RECORDS_KEY. */
import { pino } from "pino";
import { afterAll, beforeAll, expect, test } from "vitest";
import { audit } from "../../src/cli/audit/index.ts";
import { DAY, HOUR, MINUTE } from "../../src/request/durations.ts";
import { UserId } from "../../src/request/ids.ts";
import type { Approval, Request } from "../../src/request/record.ts";
import { keysFor } from "../../src/store/keys.ts";
import { eventually } from "../helpers/eventually.ts";
import { needs } from "../helpers/machine.ts";
import { ALICE, BOB, CAROL, MEI } from "../helpers/people.ts";
import { tokenIn } from "../helpers/scene.ts";
import { type SigningWorld, startSigningWorld } from "../helpers/signing.ts";
import { unsigned } from "../helpers/world.ts";

let signing: SigningWorld;

needs("Chromium")("passkeys and a forger", () => {
  beforeAll(async () => {
    signing = await startSigningWorld();
  });
  afterAll(() => signing?.close());

  const approval = (
    { duration: time }: Request,
    by: string | null,
    rule: string | null = null,
  ): Approval => ({
    ...{ by: by === null ? null : UserId.parse(by), rule, time },
    at: signing.world.clock.now(),
  });

  /** All that it says. */
  async function runAudit(command: string): Promise<string> {
    const lines: string[] = [];
    await audit([command], {
      ...{ variables: signing.world.env, clock: signing.world.clock, log: pino({ level: "silent" }) },
      ...{ say: (said) => lines.push(said), confirm: async () => false, colour: false },
    });
    return lines.join("\n");
  }

  async function writeTrail(entries: [id: string, text: string][]) {
    const { trail } = keysFor("test");
    await signing.world.commands.del(trail);
    for (const [id, text] of entries) await signing.world.commands.xadd(trail, id, "entry", text);
  }

  /** An hour from now, on the minute. */
  const later = () => `${new Date(signing.world.clock.now() + HOUR).toISOString().slice(0, 16)}Z`;

  /** It ends, says why, and nothing of it was ever on the hub. */
  async function endsUngranted(reason: string) {
    const { scene } = signing;
    const { id, activeAt, ending, outcome } = await scene.record(
      (one) => one.reason === reason && (one.state === "ending" || one.state === "closed"),
    );
    expect(activeAt).toBeNull();
    expect((ending ?? outcome)?.refusal?.code).toBe("approval-gone");
    if (ending) await scene.proveEnd(id);
    const left = async () => (await scene.onHub()).filter((name) => name.endsWith(id.toLowerCase()));
    // What closes without having been granted loses its account a moment after the commit.
    await eventually(async () => (await left()).length === 0);
  }

  test.each<[string, string, (request: Request) => Partial<Request>]>([
    ["an approval without a signature", "vault", (one) => ({ approvals: [approval(one, ALICE)] })],
    [
      "a rule that is not in the file",
      "safe",
      (one) => ({ approvals: [approval(one, null, "short looks")] }),
    ],
    ["a role that nobody need approve", "chest", (one) => ({ approvals: [approval(one, null, "none")] })],
    [
      "an emergency that the role does not have",
      "locker",
      (one) => ({ emergency: true, approvals: [approval(one, null, "emergency")] }),
    ],
    [
      "another ClusterRole",
      "guest",
      (one) => ({ clusterRole: "karpor-admin", approvals: [approval(one, ALICE)] }),
    ],
    [
      "more time than the role gives",
      "guest",
      (one) => ({ approvals: [approval(one, ALICE)], endsAt: signing.world.clock.now() + 8 * DAY }),
    ],
  ])("granted by %s: it ends", async (reason, role, forged) => {
    const { scene, world } = signing;
    await scene.ask(`${role} 1h`, reason);
    const request = await signing.byReason(reason, "waiting");
    await signing.forge(request, { state: "granting", endsAt: world.clock.now() + HOUR, ...forged(request) });
    await endsUngranted(reason);
  });

  test("a real signature gives its own terms, its own time and its own request", async () => {
    const { scene, alice, world } = signing;
    const endsAt = world.clock.now() + HOUR;
    const card = await scene.ask("pair 2h", "signed by one");
    expect(await signing.approve(ALICE, alice, card)).toContain("Another person must approve");
    const request = await signing.byReason("signed by one", "waiting");
    const [real] = request.approvals;
    if (!real) throw new Error("it bears no approval");
    const twice = [real, { ...real, by: UserId.parse(CAROL) }];
    await signing.forge(request, { state: "granting", endsAt, approvals: twice });
    await endsUngranted("signed by one");
    await scene.ask("cellar 2h", "another request");
    const other = await signing.byReason("another request", "waiting");
    await signing.forge(other, { state: "granting", endsAt, approvals: [real] });
    await endsUngranted("another request");
  });

  test("what was signed for an hour is not granted for a day, nor to another person", async () => {
    const { scene, alice } = signing;
    const day = (request: Request) => (request.startsAt ?? 0) + 24 * HOUR;
    const forgeries: Record<string, (request: Request) => Partial<Request>> = {
      attic: (one) => ({ endsAt: day(one) }),
      locker: (one) => ({
        endsAt: day(one),
        approvals: one.approvals.map((real) => ({ ...real, time: 24 * HOUR })),
      }),
      shed: () => ({ requester: UserId.parse(CAROL) }),
    };
    for (const [role, forged] of Object.entries(forgeries)) {
      const reason = `signed, then ${role}`;
      const card = await scene.ask(`${role} 1h from ${later()}`, reason);
      await signing.approve(ALICE, alice, card);
      const request = await signing.byReason(reason, "scheduled");
      const endsAt = (request.startsAt ?? 0) + HOUR;
      await signing.forge(request, { state: "granting", endsAt, ...forged(request) });
      await endsUngranted(reason);
    }
  });

  test("terms that changed under an approval: it counts no more, and its approver signs again", async () => {
    const { scene, alice, carol } = signing;
    const card = await scene.ask("pair 3h", "before it was changed", MEI);
    await signing.approve(ALICE, alice, card);
    const request = await signing.byReason("before it was changed", "waiting");
    await signing.forge(request, { duration: 4 * HOUR, reason: "after it was changed" });
    const changed = await scene.card("after it was changed");
    expect(await signing.approve(CAROL, carol, changed)).toContain("Another person must approve");
    expect(await signing.approve(ALICE, alice, changed)).toContain("You can close this page.");
    const { approvals } = await signing.byReason("after it was changed", "active");
    expect(approvals.map(({ by }) => by)).toEqual([CAROL, ALICE]);
  });

  test("audit verify checks each signature from trail and file alone; one byte of it is missed by nobody", async () => {
    const { scene, world, alice, passkeys } = signing;
    await signing.approve(ALICE, alice, await scene.ask("vault 1h", "for the trail", CAROL));
    await signing.byReason("for the trail", "active");
    const { trail } = keysFor("test");
    const entries = await world.commands.xrange(trail, "-", "+");
    const [id, [, text = ""]] = entries.findLast(([, [, one]]) => one?.includes("clientDataJSON")) ?? [
      "",
      [],
    ];
    expect(unsigned(text)).toMatch(/"event":"request.approved"/);
    expect(await runAudit("verify")).not.toMatch(/passkey|approval/);
    expect(await runAudit("report")).toContain(`(${ALICE}) by passkey`);
    for (const [part, other] of [
      [/(signature":".{20})./, "$1_"],
      [/(statement":".{40})./, "$1_"],
      [/("reason":"for the )trail/, "$1trial"],
    ] as const) {
      const changed = world.signer.sign("entry", unsigned(text).replace(part, other));
      await writeTrail(entries.map(([one, [, known = ""]]) => [one, one === id ? changed : known]));
      expect(await runAudit("verify")).toMatch(
        /the approval of R-\w+ by U0ALICE is not what their passkey signed/,
      );
    }
    await writeTrail(entries.map(([one, [, known = ""]]) => [one, known]));
    signing.writeConfig({ passkeys: { [CAROL]: passkeys[CAROL] } });
    expect(await runAudit("verify")).toContain("put its line under retiredPasskeys");
    signing.writeConfig({
      passkeys: { [CAROL]: passkeys[CAROL] },
      retiredPasskeys: { [ALICE]: passkeys[ALICE] },
    });
    expect(await runAudit("verify")).not.toMatch(/passkey|approval/);
    signing.writeConfig();
  });

  test("a passkey that left the file before the start: its approval counts no more; after it, access stays", async () => {
    const { scene, world, alice, passkeys } = signing;
    await signing.approve(ALICE, alice, await scene.ask("vault 8h", "held meanwhile", MEI));
    const token = tokenIn(await scene.tokenOf(MEI));
    const card = await scene.ask(`safe 1h from ${later()}`, "signed before it left");
    await signing.approve(ALICE, alice, card);
    const { startsAt } = await signing.byReason("signed before it left", "scheduled");
    await signing.restart({
      passkeys: { [CAROL]: passkeys[CAROL] },
      retiredPasskeys: { [ALICE]: passkeys[ALICE] },
    });
    await world.jump((startsAt ?? 0) - world.clock.now() + MINUTE);
    await endsUngranted("signed before it left");
    expect(await scene.login(token)).toBe("good");
    expect(await signing.press(ALICE, await scene.ask("chest 1h", "after it left"))).toContain(
      "you have no passkey",
    );
    await scene.say(BOB, "pair 1h too few are left");
    await scene.whisper(BOB, "too few approvers");
  });
});
