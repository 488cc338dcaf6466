/** What a browser-like client does with a token on a real API server is what is shown of it, whatever becomes of the hub's batches. */
import { Agent, fetch } from "undici";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { envtestAdvice, envtestAvailable } from "../../sandbox/hub/envtest.ts";
import type { TestHub } from "../../sandbox/hub/types.ts";
import { visibleText } from "../../sandbox/slack/index.ts";
import { reportOn } from "../../src/cli/audit/report.ts";
import { DAY, MINUTE } from "../../src/domain/duration.ts";
import { ALICE, BOB, MEI } from "../helpers/bot.ts";
import { startToldWorld, type ToldWorld } from "../helpers/hub-relay.ts";
import { tokenIn } from "../helpers/scene.ts";

const AGENTS = ["Mozilla/5.0 (X11; Linux x86_64)", "curl/8"];

const real = describe.runIf(envtestAvailable());
if (!envtestAvailable()) test.skip(`on a real API server ${envtestAdvice}`);

/** As a dashboard: several requests at once, over connections that are kept. */
function browser(hub: TestHub, token: string) {
  const dispatcher = new Agent({ connect: { ca: hub.ca } });
  const did: { method: string; path: string; code: number }[] = [];
  const ask = async (
    method: string,
    path: string,
    agent = AGENTS[0] ?? "",
    more: Record<string, string> = {},
  ) => {
    const headers = { authorization: `Bearer ${token}`, "user-agent": agent, ...more };
    const { status } = await fetch(`${hub.url}${path}`, { method, headers, dispatcher });
    did.push({ method, path: path.split("?")[0] ?? "", code: status });
  };
  return { ask, did, close: () => dispatcher.close() };
}

real("on a real API server", () => {
  let started: ToldWorld | undefined;
  let { relay, hub, world, bots, it, heartbeat }: ToldWorld = {} as ToldWorld;
  beforeEach(async () => {
    started = await startToldWorld({ follows: true });
    ({ relay, hub, world, bots, it, heartbeat } = started);
  }, 90_000);
  afterEach(() => started?.stop());

  const status = async (words: string) => {
    await it.say(BOB, "status");
    return visibleText(await it.whisper(BOB, words));
  };
  /** Time passes, and the hub is heard, until it is told. */
  const reported = async (id: string) => {
    await world.until(async () => {
      await world.jump(MINUTE);
      await heartbeat();
      await world.jump(15_000);
      return (await world.records()).some((r) => r.id === id && r.state === "ended" && r.use);
    }, 60_000);
  };
  /** Rows of the report on a month that is this one. */
  const monthly = async () => {
    const { clock, commands: redis, keys } = world;
    const now = clock.now();
    const means = { redis, keys, clock, instance: "test", nameOf: async () => null, hub: null };
    const range = { month: "this", from: now - 2 * DAY, to: now + DAY };
    return (await reportOn(means, { ...range, format: "csv", names: false })).lines;
  };
  const idOf = async (reason: string) =>
    (await world.records()).find((r) => r.reason === reason)?.id ?? "R-none";

  test("every number shown is what the client did", async () => {
    const unused = await it.get("guest 1h", "unused");
    const reading = await it.get("admin 1h", "reading", MEI);
    const message = await it.get("admin 1h", "clusters");
    const token = tokenIn(message);
    const id = await idOf("clusters");
    // The bot looked whether the token works: that is no use of it. The heartbeat came after that.
    await world.until(async () => (await world.commands.hget(world.keys.heard, "heard")) !== null);
    await world.until(async () => {
      await it.say(BOB, "status");
      return world.slack.ephemerals(BOB).some((m) => /not used yet/.test(visibleText(m)));
    });

    const { ask, did, close } = browser(hub, token);
    const [first = "", second = ""] = AGENTS;
    await ask("GET", "/rest-api/v1/authn");
    await Promise.all([
      ...Array.from({ length: 25 }, (_, i) => ask("GET", `/rest-api/v1/search?query=select+secret+${i}`)),
      ask("POST", "/rest-api/v1/cluster/prod?dry=1"),
      ask("GET", "/api/v1/secrets", second),
      ask("POST", "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings", second),
    ]);
    for (const method of ["PUT", "PATCH", "DELETE"]) await ask(method, "/rest-api/v1/cluster/prod", first);
    // The name of a request is whatever its sender says.
    for (let i = 0; i < 3; i++)
      await ask("GET", "/rest-api/v1/clusters", first, { "audit-id": "always-the-same" });
    await close();
    // What a guest may do, and whoever has a token.
    const reader = browser(hub, tokenIn(reading));
    for (const path of ["/rest-api/v1/authn", "/rest-api/v1/clusters", "/apis"])
      await reader.ask("GET", path);
    await reader.close();

    const isRefused = ({ code }: { code: number }) => code === 403;
    const changes = did.filter(({ method }) => method !== "GET");
    const wanted = {
      reads: did.filter((one) => one.method === "GET" && !isRefused(one)).length,
      changed: changes.filter((one) => !isRefused(one)).length,
      refused: did.filter(isRefused).length,
    };
    expect(wanted).toEqual({ reads: 29, changed: 4, refused: 2 });

    const found = async () => {
      const all = await world.commands.hgetall(world.keys.use(id));
      return { reads: Number(all.reads), changed: Number(all.changed), refused: Number(all.refused) };
    };
    await world.until(async () => JSON.stringify(await found()) === JSON.stringify(wanted), 30_000);
    await relay.repeat();
    expect(await found()).toEqual(wanted);

    expect(await status("last used")).toMatch(/last used/);
    await it.say(ALICE, "active");
    expect(visibleText(await it.whisper(ALICE, "3 active"))).toMatch(/last used/);
    await world.slack.openHome(BOB);
    const home = await world.slack.waitFor(() => world.slack.home(BOB));
    expect(visibleText({ text: "", blocks: home.blocks })).toMatch(/last used/);
    await it.say(ALICE, `show ${id}`);
    const shown = visibleText(await it.whisper(ALICE, "Used 35 times"));
    expect(shown).toMatch(/4 changes: `POST \/rest-api\/v1\/cluster\/prod`, .* … · 2 refused/);
    expect(shown).toMatch(/29 reads, from 1 address and 2 clients/);
    for (const { method, path, code } of changes) expect(shown).toContain(`\`${method} ${path}\` → ${code}`);
    expect(shown).not.toMatch(/not complete|select/);

    // The end: the same once more, below the card, on the receipt, on the trail.
    for (const one of [message, unused]) await world.slack.click(BOB, one, "End now", { confirm: true });
    await world.slack.click(MEI, reading, "立即结束", { confirm: true });
    const isLeaving = async () =>
      (await world.records()).every((r) => r.state === "ended" || (r.state === "ending" && r.deletedAt));
    await world.until(isLeaving);
    await reported(id);
    await reported(await idOf("unused"));
    await reported(await idOf("reading"));
    const line = /Used 35 times.* 4 changes: .*POST \/rest-api\/v1\/cluster\/prod.* · 2 refused/;
    expect(visibleText(await it.channel("Used 35 times"))).toMatch(line);
    expect(visibleText(await it.dm(BOB, "Used 35 times"))).toMatch(/Ended by you[\s\S]*Used 35 times/);
    const entry = bots.flatMap((bot) => bot.trail()).find((one) => one.id === id && one.use);
    expect(entry).toMatchObject({ who: "bot", use: { ...wanted, addresses: 1, agents: 2, gaps: [] } });
    expect(entry?.use?.changes).toHaveLength(5);
    expect((await monthly()).find((row) => row.includes(id))).toMatch(/,35,20[^,]+,4,2,yes/);
    expect(visibleText(await it.dm(BOB, "Used 35 times"))).not.toMatch(/enough/);
    expect(visibleText(await it.dm(MEI, "共使用 3 次"))).toMatch(/`guest` 就够用了/);
    expect(visibleText(await it.dm(BOB, "No use reported"))).not.toMatch(/not complete/);
  }, 300_000);
});
