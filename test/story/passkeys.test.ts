/** Approvals that a passkey signs: the link, the page and its door. */
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { freePort } from "../../sandbox/child.ts";
import { HOUR, MINUTE } from "../../src/request/durations.ts";
import { pageLinkIn } from "../helpers/device.ts";
import { needs } from "../helpers/machine.ts";
import { ALICE, BOB, CAROL, MEI } from "../helpers/people.ts";
import { buttonsOf, sceneOf, tokenIn, visibleText } from "../helpers/scene.ts";
import { type SigningWorld, startSigningWorld } from "../helpers/signing.ts";
import { startReplica, startWorld } from "../helpers/world.ts";
import { seriousFaults } from "../playground/axe.ts";

let signing: SigningWorld;

needs("Chromium")("passkeys", () => {
  beforeAll(async () => {
    signing = await startSigningWorld();
  });
  afterEach(() => signing?.alice.verifies(true));
  afterAll(() => signing?.close());

  const notApproved = async (reason: string) =>
    expect((await signing.byReason(reason, "waiting")).approvals).toEqual([]);

  test("enrolled, told, asked, confirmed in the browser, signed: a token", async () => {
    const { scene, alice, passkeys, web } = signing;
    expect(passkeys[ALICE]?.[0]).toMatch(new RegExp(`^${ALICE} ${web} [\\w-]+ [\\w-]+$`));
    await scene.dm(ALICE, "one more of yours");
    await scene.card("New passkey of");
    const card = await scene.ask("vault 8h", "to look at the vault");
    await alice.open(await signing.press(ALICE, card));
    const page = await alice.text();
    for (const words of ["bob (U0BOB)", "vault on production", "8 h", "to look at the vault", "do not sign"])
      expect(page).toContain(words);
    expect(await seriousFaults(alice.page)).toEqual([]);
    await notApproved("to look at the vault");
    expect(await alice.press()).toContain("You can close this page.");
    expect(await scene.login(tokenIn(await scene.tokenOf(BOB)))).toBe("good");
    const { approvals } = await signing.byReason("to look at the vault", "active");
    expect(JSON.parse(approvals[0]?.signed?.statement ?? "")).toMatchObject({
      ...{ version: 1, hub: "production", instance: "test", requester: BOB, approver: ALICE },
      ...{ role: "vault", clusterRole: "karpor-guest", seconds: 8 * 3600 },
    });
  });

  test("a stolen Slack session: the click is answered, and nothing happens", async () => {
    const card = await signing.scene.ask("vault 1h", "by a thief's click", MEI);
    expect(await signing.press(ALICE, card)).toContain("/access/approve/#");
    await notApproved("by a thief's click");
  });

  test("the shorter time is signed, and each of two approvers signs; the page says how many are left", async () => {
    const { scene, alice, carol, world } = signing;
    const card = await scene.ask("pair 4h", "by two");
    await alice.open(await signing.press(ALICE, card));
    // What the first approver would sign is not what is asked for any more.
    expect(await signing.approve(CAROL, carol, card, "approve-less")).toContain(
      "Another person must approve",
    );
    expect(await alice.press()).toContain("the request changed meanwhile");
    await alice.page.reload();
    await alice.page.getByText("1 h", { exact: true }).waitFor();
    expect(await alice.press()).toContain("You can close this page.");
    const { approvals, endsAt } = await signing.byReason("by two", "active");
    expect(approvals.map(({ by, time }) => [by, time])).toEqual([
      [CAROL, HOUR],
      [ALICE, HOUR],
    ]);
    expect((endsAt ?? 0) - (approvals[1]?.at ?? 0)).toBeLessThan(HOUR + MINUTE);
    expect(world.slack.ephemerals(ALICE).every((one) => buttonsOf(one).length <= 1)).toBe(true);
  });

  test("without the user's finger, or by another person's passkey, nothing is approved", async () => {
    const { scene, alice, carol } = signing;
    const card = await scene.ask("safe 2h", "for whose finger");
    const link = await signing.press(ALICE, card);
    await alice.verifies(false);
    await alice.open(link);
    expect(await alice.press()).toContain("did not sign");
    // A page that asks for less than the bot does: what it gets is refused.
    for (const device of [alice, carol]) {
      await device.page.route("**/terms", async (route) => {
        const answer = await route.fetch();
        const view = await answer.json();
        view.options.userVerification = "discouraged";
        if (device === carol) view.options.allowCredentials = [];
        await route.fulfill({ response: answer, json: view });
      });
      await device.open(link);
      expect(await device.press()).toContain("no signature of your passkey");
      await device.page.unroute("**/terms");
    }
    await notApproved("for whose finger");
  });

  test("a link that is over, or for another person or request, opens nothing", async () => {
    const { scene, alice, world } = signing;
    const card = await scene.ask("chest 3h", "by another link");
    const link = await signing.press(ALICE, card);
    const { id } = await signing.byReason("for whose finger", "waiting");
    for (const changed of [link.replace(/R-\w+/, id), link.replace(ALICE, CAROL), link.slice(0, -1)]) {
      await alice.open(changed);
      expect(await alice.text()).toContain("this link is over");
    }
    await alice.open(link);
    world.clock.jump(5 * MINUTE + 1000);
    expect(await alice.press()).toContain("this link is over");
    await notApproved("by another link");
  });

  test("a signature moved to another request, or replayed on one asked again, is refused", async () => {
    const { scene, alice, world } = signing;
    const card = await scene.ask("locker 4h", "asked twice");
    await alice.open(await signing.press(ALICE, card));
    const posted = alice.page.waitForRequest("**/sign");
    await alice.press();
    const body = JSON.parse((await posted).postData() ?? "");
    const { id } = await signing.byReason("asked twice", "active");
    await world.slack.click(BOB, await scene.tokenOf(BOB, id), "End now", { confirm: true });
    await scene.proveEnd(id);
    const link = await signing.press(ALICE, await scene.ask("locker 4h", "asked twice again"));
    const again = JSON.stringify({ ...body, link: link.split("#")[1] });
    const answer = await signing.send("approve/sign", again);
    expect(await answer.text()).toContain("the request changed meanwhile");
    await notApproved("asked twice again");
    expect(await (await signing.send("approve/sign", JSON.stringify(body))).text()).toContain(
      "bob ended this",
    );
  });

  test("what refuses a click refuses here, in the same words and the reader's language", async () => {
    const { scene, carol, world } = signing;
    expect(await signing.press(CAROL, await scene.ask("cellar 5h", "her own", CAROL))).toContain(
      "cannot decide",
    );
    const card = await scene.ask("cellar 6h", "under a lockdown");
    await carol.open(await signing.press(CAROL, card));
    await scene.say(ALICE, "lockdown @carol a stolen laptop");
    expect(await carol.press()).toContain("You are locked out");
    await notApproved("under a lockdown");
    await scene.say(ALICE, "unlock @carol");
    await scene.say(MEI, "通行密钥");
    const link = await world.slack.waitFor(() => world.slack.ephemerals(MEI).at(-1));
    expect(visibleText(link)).toContain("创建通行密钥");
  });

  test("the door: its own page alone, small bodies, not too often; and nobody may frame it", async () => {
    const { web } = signing;
    const page = await fetch(`${web}/access/approve/`);
    const policy = page.headers.get("content-security-policy");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain("unsafe");
    expect(page.headers.get("cache-control")).toBe("no-store");
    expect(page.headers.get("referrer-policy")).toBe("no-referrer");
    const body = JSON.stringify({ link: "x" });
    expect((await signing.send("approve/terms", body, {})).status).toBe(403);
    expect((await signing.send("approve/terms", body, { origin: "https://evil.example" })).status).toBe(403);
    expect((await signing.send("approve/terms", "x".repeat(5000))).status).toBe(413);
    expect((await signing.send("approve/terms", "[")).status).toBe(400);
    expect(
      await (await signing.send("approve/terms", body, { origin: web, "accept-language": "zh-CN" })).text(),
    ).toContain("此链接已失效");
    expect(await (await fetch(`${web}/status`)).json()).toEqual({ ok: true, instance: "test" });
    const link = (await signing.press(ALICE, await signing.scene.ask("attic 7h", "too often"))).split("#")[1];
    const often = await Promise.all(
      Array.from({ length: 40 }, () => signing.send("approve/terms", JSON.stringify({ link }))),
    );
    expect(often.filter(({ status }) => status === 429).length).toBeGreaterThan(5);
  });
});

test("in Socket Mode PORT has the page, too, and tells strangers nothing more", async () => {
  const port = await freePort();
  const web = `http://localhost:${port}`;
  const world = await startWorld({ config: { web }, transport: "socket" });
  try {
    world.env.PORT = String(port);
    await startReplica(world);
    expect(await (await fetch(`${web}/access/passkey/`)).text()).toContain("/access/approve/page.js");
    await sceneOf(world).say(ALICE, "passkey");
    const link = pageLinkIn(await sceneOf(world).whisper(ALICE, "Make a passkey")).split("#")[1];
    const body = JSON.stringify({ link });
    const answer = await fetch(`${web}/access/passkey/options`, {
      method: "POST",
      headers: { origin: web },
      body,
    });
    expect(await answer.json()).toMatchObject({
      title: "Create a passkey",
      options: { rp: { id: "localhost" } },
    });
    expect(await (await fetch(`${web}/status`)).json()).toEqual({ ok: true, instance: "test" });
  } finally {
    await world.close();
  }
});
