/** docker-compose.yml as it stands, from setup to a grant, an upgrade, a rollback and another user. Its argument: a copy of the project. */
import assert from "node:assert/strict";
import { freePort } from "../../sandbox/child.ts";
import { visibleText } from "../../sandbox/slack/index.ts";
import { login } from "../helpers/login.ts";
import { ALICE, APPROVALS, BOB, CAROL, GENERAL } from "../helpers/people.ts";
import { tokenIn } from "../helpers/scene.ts";
import { engineIn, gateway } from "./engine.ts";
import { giveHeal, install, listenToHttp, putVersion, runAs } from "./installation.ts";
import { startComposeWorld } from "./world.ts";

const WAIT = 60_000;
const dir = process.argv[2];
assert(dir, "Say where a copy of the project is.");

await using world = await startComposeWorld(await gateway());
const { slack, hub } = world;
const { run, documented } = engineIn(dir);
const SETUP = "main.ts setup --from-cluster";
const UP = "up -d --build --wait";

async function step(title: string, act: () => Promise<unknown>): Promise<void> {
  const began = Date.now();
  process.stdout.write(`compose: ${title} … `);
  await act();
  process.stdout.write(`${((Date.now() - began) / 1000).toFixed(1)} s\n`);
}

/** Asks, is approved, and resolves to the token. */
async function grant(user: string, reason: string): Promise<string> {
  const { status } = await slack.command(user, GENERAL, `guest 2h ${reason}`);
  assert.equal(status, 200);
  const asked = () => slack.messages(APPROVALS).findLast((m) => visibleText(m).includes(reason));
  await slack.click(ALICE, await slack.waitFor(asked, WAIT), "approve");
  const message = await slack.waitFor(() => slack.dm(user).findLast((m) => tokenIn(m) !== ""), WAIT);
  await works(tokenIn(message));
  return tokenIn(message);
}

const works = async (token: string) => assert.equal(await login(hub, token), 404);

/** Its holder ends it, and is told the proof. */
async function end(user: string, token: string): Promise<void> {
  const message = slack.dm(user).findLast((m) => tokenIn(m) === token);
  assert(message, "The message with the token is gone.");
  const proved = () => slack.dm(user).filter((m) => visibleText(m).includes("refuses the token (checked"));
  const before = proved().length;
  await slack.click(user, message, "End now", { confirm: true });
  await slack.waitFor(() => proved().length > before, WAIT);
  assert.equal(await login(hub, token), 401);
}

/** As it stands in Redis. */
async function schemaOf(reason: string): Promise<number> {
  const redis = (command: string) => run(`docker compose exec -T redis redis-cli --raw ${command}`);
  const keys = (await redis("keys '*:request:*'")).trim().split("\n");
  const records = await Promise.all(keys.map((key) => redis(`hget '${key}' record`)));
  return records.map((record) => JSON.parse(record)).find((record) => record.reason === reason)?.schema;
}

const port = await freePort();
let bobs: string;
let carols: string;

await step("the image is built", async () => {
  install(dir, world, port);
  await documented("build");
});
await step("as user 1000: setup says what it would make, makes it, and finds it unchanged", async () => {
  runAs(dir, 1000);
  assert.match(await documented(SETUP, "--dry-run"), /kind: ClusterRoleBinding/);
  assert.match(await documented(SETUP), /wrote .*hub\.kubeconfig/);
  assert.doesNotMatch(await documented(SETUP), /made/);
});
await step("doctor finds nothing that fails, and tries a grant of its own", async () => {
  assert.match(await documented("main.ts doctor", "--canary"), /0 failures\. Ready\./);
  // The log names it so.
  const byNpm = await run("docker compose run --rm karpor-access npm run doctor -- --help");
  assert.match(byNpm, /Usage: npm run doctor/);
});
await step("up, healthy, and a grant that works on a real API server", async () => {
  await documented(UP);
  bobs = await grant(BOB, "before the upgrade");
});
await step("the next version: what was granted goes on, and a grant of its own", async () => {
  putVersion(dir, "next");
  await documented(UP);
  await works(bobs);
  carols = await grant(CAROL, "after the upgrade");
  assert.equal(await schemaOf("after the upgrade"), 2);
});
await step("back again: both work, and the one of before ends, proved", async () => {
  putVersion(dir, "ours");
  await documented(UP);
  await Promise.all([works(bobs), works(carols)]);
  await end(BOB, bobs);
});
await step("as user 4321: the next version's grant ends, proved, and another is made", async () => {
  await run("docker compose down");
  runAs(dir, 4321);
  assert.doesNotMatch(await documented(SETUP), /made/);
  assert.match(await documented("main.ts doctor"), /0 failures\. Ready\./);
  await documented(UP);
  await end(CAROL, carols);
  await end(BOB, await grant(BOB, "as another user"));
});
await step("over HTTP, with the signing secret alone: a grant that works, and ends, proved", async () => {
  listenToHttp(dir);
  await documented(UP);
  slack.deliverTo(`http://127.0.0.1:${port}/slack/events`);
  await end(BOB, await grant(BOB, "over HTTP"));
});
await step(
  "Karpor is upgraded: the heal profile makes the bot's kubeconfig anew, and its holder gets a new token",
  async () => {
    const before = await grant(CAROL, "across the upgrade of Karpor");
    giveHeal(dir, await world.upgrade(), 4321);
    await run("docker compose --profile heal up -d");
    const renewed = () => slack.dm(CAROL).findLast((m) => !["", before].includes(tokenIn(m)));
    // The sweep that sees that tokens are dead comes once a minute.
    const after = tokenIn(await slack.waitFor(renewed, 2 * WAIT));
    await works(after);
    assert.equal(await login(hub, before), 401);
    await end(CAROL, after);
  },
);
