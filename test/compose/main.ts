/** docker-compose.yml on a real engine, from setup to an upgrade of Karpor. Its argument: a copy of the project. */
import assert from "node:assert/strict";
import { freePort } from "../../sandbox/child.ts";
import { createAuthority } from "../../sandbox/hub/x509.ts";
import { type SlackMessage, visibleText } from "../../sandbox/slack/index.ts";
import { ALICE, APPROVALS, BOB, CAROL, GENERAL } from "../helpers/people.ts";
import { tokenIn } from "../helpers/scene.ts";
import {
  dashboardAt,
  startMirror,
  tryDeadCookie,
  tryGateway,
  tryInChromium,
  tryMirror,
  tryWebHost,
} from "./dashboard.ts";
import { gateway, install, KARPOR_HOST } from "./installation.ts";
import { APP, startComposeWorld } from "./world.ts";

const WAIT = 60_000;
const ALIVE = 404;
const DEAD = 401;
const OTHER_USER = 4321;
const SETUP = "main.ts setup --from-cluster";
const DOCTOR = "main.ts doctor";
const WEB_HOST = "access.test";
const UP = "up -d --build --wait";

const dir = process.argv[2];
assert(dir, "Say where a copy of the project is.");
await using world = await startComposeWorld(await gateway());
const { slack } = world;
const port = await freePort();
const { run, documented, runAs, setVariables, giveHeal, giveGateway, linkThrough } = install(
  dir,
  world,
  port,
);

await step("setup says what it would make, makes it, and finds it unchanged", async () => {
  runAs(1000);
  await run("docker compose build karpor-access");
  assert.match(await documented(SETUP, "--dry-run"), /kind: ClusterRoleBinding/);
  assert.match(await documented(SETUP), /made +ClusterRoleBinding/);
  assert.doesNotMatch(await documented(SETUP), /made|updated/);
});
await step("doctor finds nothing that fails, and tries a grant for nobody", async () => {
  await run("docker compose up -d --wait redis");
  await documented(DOCTOR, "--canary");
});
let carols: SlackMessage;
await step("it becomes healthy, and a grant works on a real API server", async () => {
  await documented(UP);
  await endGrant(BOB, await getGrant(BOB, "the first one"));
  carols = await getGrant(CAROL, "across restarts");
});
await step("killed and started again, as another user: what was granted goes on, and ends", async () => {
  await run("docker compose kill");
  await run("docker compose down");
  runAs(OTHER_USER);
  await documented(UP);
  assert.equal(await world.login(tokenIn(carols)), ALIVE);
  await endGrant(CAROL, carols);
});
await step("over HTTP, with the signing secret alone", async () => {
  setVariables({ SLACK_APP_TOKEN: "", SLACK_SIGNING_SECRET: APP.signingSecret });
  await documented(UP);
  slack.deliverTo(`http://127.0.0.1:${port}/slack/events`);
  await endGrant(BOB, await getGrant(BOB, "over HTTP"));
});
await step("the DM's link logs in through the gateway; its cookie opens streams alone", async () => {
  const authority = await createAuthority("ours");
  const issue = (name: string) => authority.issue({ commonName: "a server", hosts: [name] });
  const gatewayPort = await freePort();
  await using dashboard = dashboardAt(gatewayPort);
  giveGateway(await issue("localhost"), authority.certificate, OTHER_USER);
  linkThrough(dashboard.url);
  setVariables({ COMPOSE_PROFILES: "gateway", GATEWAY_PORT: String(gatewayPort) });
  setVariables({ GATEWAY_KARPOR: `${KARPOR_HOST}:${world.hubPort}`, GATEWAY_WEB: WEB_HOST });
  await documented(UP);
  await tryWebHost(dashboard, WEB_HOST);
  await documented(SETUP, "--close-anonymous --yes");
  const bobs = await getGrant(BOB, "through the gateway");
  await tryGateway(dashboard, tokenIn(bobs));
  await tryInChromium(dashboard, bobs);
  await endGrant(BOB, bobs);
  await tryDeadCookie(dashboard, tokenIn(bobs));
  await using mirror = await startMirror(world.host, await issue(KARPOR_HOST));
  setVariables({ GATEWAY_KARPOR: `${KARPOR_HOST}:${mirror.port}`, GATEWAY_VERIFY: "on" });
  await run("docker compose up -d gateway");
  await tryMirror(dashboard);
  const logs = await run("docker compose logs gateway");
  assert(!logs.includes(tokenIn(bobs).slice(0, 20)), "the gateway logs no token");
});
await step("Karpor is upgraded: the bot gets a new kubeconfig, and the holder a new token", async () => {
  const before = tokenIn(await getGrant(CAROL, "across the upgrade"));
  giveHeal(await world.upgrade(), OTHER_USER);
  setVariables({ COMPOSE_PROFILES: "heal,gateway" });
  await run("docker compose up -d");
  const renewed = await slack.waitFor(
    () => slack.dm(CAROL).findLast((message) => !["", before].includes(tokenIn(message))),
    3 * WAIT,
  );
  assert.equal(await world.login(tokenIn(renewed)), ALIVE);
  assert.equal(await world.login(before), DEAD);
  await endGrant(CAROL, renewed);
});

async function step(title: string, act: () => Promise<void>): Promise<void> {
  const began = Date.now();
  process.stdout.write(`compose: ${title} … `);
  await act();
  process.stdout.write(`${((Date.now() - began) / 1000).toFixed(1)} s\n`);
}

/** Asks, has it approved, and resolves to the message with a token that works. */
async function getGrant(user: string, reason: string): Promise<SlackMessage> {
  await slack.command(user, GENERAL, `guest 2h ${reason}`);
  const findCard = () => slack.messages(APPROVALS).findLast((one) => visibleText(one).includes(reason));
  await slack.click(ALICE, await slack.waitFor(findCard, WAIT), "approve");
  const message = await slack.waitFor(() => slack.dm(user).findLast((one) => tokenIn(one) !== ""), WAIT);
  assert.equal(await world.login(tokenIn(message)), ALIVE);
  return message;
}

/** The holder ends it, and is told the proof. */
async function endGrant(user: string, message: SlackMessage): Promise<void> {
  const proofs = () =>
    slack.dm(user).filter((one) => visibleText(one).includes("Karpor refuses the token (checked"));
  const before = proofs().length;
  await slack.click(user, message, "End now", { confirm: true });
  await slack.waitFor(() => proofs().length > before, WAIT);
  assert.equal(await world.login(tokenIn(message)), DEAD);
}
