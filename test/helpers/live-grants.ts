/** Grants that live already, by the hundred: objects on the hub, records and timers in Redis, and the token in its holder's DM. */
import { randomBytes } from "node:crypto";
import { contextOf } from "../../src/app/assemble.ts";
import { loadConfig } from "../../src/config.ts";
import { requestId } from "../../src/domain/ids.ts";
import { Person } from "../../src/domain/person.ts";
import type { In } from "../../src/domain/request.ts";
import { secret } from "../../src/domain/secret.ts";
import type { Notifier, Ports } from "../../src/flow/ports.ts";
import { slackClient } from "../../src/slack/outbound/client.ts";
import { createNotifier } from "../../src/slack/outbound/notifier.ts";
import { decision, requestedRecord } from "../domain/records.ts";
import type { World } from "./bot.ts";
import { forgetful } from "./memories.ts";
import { BOB, CAROL, MEI } from "./people.ts";
import { uncounted } from "./uncounted.ts";

const HOLDERS = [BOB, CAROL, MEI].map((id) => Person.parse({ id, name: id, locale: "en" }));
const AT_ONCE = 8;

export async function makeLive(
  world: World,
  ports: Ports,
  count: number,
  expiresAt: number,
): Promise<In<"active">[]> {
  const made: In<"active">[] = [];
  // Their messages are in Slack before a test's story begins.
  world.slack.settings.limits = false;
  while (made.length < count) {
    const next = Array.from({ length: Math.min(AT_ONCE, count - made.length) }, (_, i) => made.length + i);
    made.push(...(await Promise.all(next.map((n) => makeOne(world, ports, n, expiresAt)))));
  }
  world.slack.settings.limits = true;
  return made;
}

async function makeOne(world: World, ports: Ports, n: number, expiresAt: number): Promise<In<"active">> {
  const now = world.clock.now();
  const [requester = { id: BOB }] = HOLDERS.slice(n % HOLDERS.length);
  const approved = {
    ...requestedRecord({
      ...{ id: requestId(randomBytes(5)), role: "guest", clusterRole: "karpor-guest", version: 0 },
      ...{ requester: requester as Person, requestedAt: now, enteredAt: now, closesAt: now + 1 },
    }),
    ...{ decision, expiresAt, state: "approved" as const },
  };
  const { accountUid, bindingUid } = await ports.grants.create(approved, new AbortController().signal);
  const grant = { accountUid, bindingUid, tokenExpiresAt: expiresAt, shortened: false };
  const bare = { ...approved, grant, state: "active" as const, hidden: false, reminded: [] };
  const live = { ...bare, messages: await shown(uncountedNotifier(world, ports), bare) };
  await ports.requests.adopt(live);
  await world.jobs.setTimer(live.id, null, { step: "end", at: expiresAt });
  return live;
}

/** Its messages were in Slack long before, and take no room from those of the test. */
function uncountedNotifier({ env, clock }: World, { log }: Ports): Notifier {
  const config = loadConfig(env);
  const client = slackClient(env.SLACK_BOT_TOKEN, { apiUrl: env.SLACK_API_URL, interactive: false });
  const context = contextOf(config, config, clock);
  return createNotifier({
    slack: uncounted(client),
    memory: forgetful,
    clock,
    language: config.slack.language,
    context,
    log,
  });
}

async function shown(notifier: Notifier, live: In<"active">): Promise<In<"active">["messages"]> {
  const token = await notifier.post(live, "token", "setting-up");
  await notifier.showToken(
    { ...live, state: "delivering" },
    token,
    secret(`eyJ${live.id}.payload.signature`),
  );
  const card = await notifier.post(live, "card", "active");
  return {
    card: { ...card, shows: "active", revision: 1 },
    token: { ...token, shows: "shown", revision: 1, token: "shown" },
  };
}
