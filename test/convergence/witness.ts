/** Watches while it happens: which tokens were shown to whom, and that nothing is called ended while its token works. */
import { visibleText } from "../../sandbox/slack/index.ts";
import type { SlackMessage, View } from "../../sandbox/slack/types.ts";
import { createAllowanceWatch } from "./allowances.ts";
import { isSeal, operatorOf, SAYS_ENDED, SAYS_UNCONFIRMED } from "./core.ts";
import { createEmergencyWatch } from "./emergencies.ts";
import { OPERATOR } from "./operator.ts";
import type { World } from "./world.ts";

const TOKEN = /eyJ[\w-]+\.[\w-]+\.[\w-]+/g;
export const ID = /R-[0-9A-HJKMNP-TV-Z]{8}/;

export const tokensIn = (content: Pick<SlackMessage, "text" | "blocks">): string[] =>
  JSON.stringify([content.text, content.blocks]).match(TOKEN) ?? [];
/** A token may have what looks like one in it. */
export const idIn = (message: Pick<SlackMessage, "text" | "blocks">): string =>
  ID.exec(JSON.stringify(message.blocks ?? message.text).replaceAll(TOKEN, ""))?.[0] ?? "";

/** Whose token it is. */
export function accountOf(token: string): string {
  const { sub } = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString()) as {
    sub: string;
  };
  return sub.split(":").at(-1) ?? "";
}

/** The generation of which a message says that it leaked, or was lost; what it says of its token holds of no other. */
const leakIn = ({ blocks }: Pick<SlackMessage, "blocks">): string | undefined =>
  /:(?:leak|lost):(\d+)$/.exec(String(blocks?.[0]?.block_id ?? ""))?.[1];

export type Witness = Awaited<ReturnType<typeof createWitness>>;

export async function createWitness(world: World) {
  const wrong = new Set<string>();
  /** Every token that was delivered, by its request. */
  const delivered = new Map<string, Set<string>>();
  /** Refused before the hub let everybody in: what was said of them by then is true whenever it is shown. */
  const dead = new Set<string>();
  const works = (id: string, generation?: string) =>
    [...(delivered.get(id) ?? [])]
      .filter((token) => generation === undefined || accountOf(token).endsWith(`-${generation}`))
      .some((token) => !dead.has(token) && world.hub.login(token) !== 401);
  const belies = (id: string, generation?: string) =>
    !world.hubOpenedJustNow() && !world.byHand.abandonedEarlier.has(id) && works(id, generation);
  const accuse = (what: string) => {
    if (wrong.has(what)) return;
    wrong.add(what);
    world.story.say(`  ! ${what}`);
  };

  function onMessage(message: SlackMessage): void {
    const id = idIn(message);
    for (const token of tokensIn(message)) {
      delivered.set(id, (delivered.get(id) ?? new Set()).add(token));
      if (message.text.includes(token)) accuse(`${id}: a token stands in the text that notifies`);
      if (accountOf(token).startsWith("karpor-access-vault-"))
        accuse(`${id}: a token that is shown at a click stands in a message`);
      if (!message.channel.startsWith("D")) accuse(`${id}: a token was shown in ${message.channel}`);
    }
    const said = visibleText(message);
    if (SAYS_ENDED.test(said) && !SAYS_UNCONFIRMED.test(said) && belies(id, leakIn(message)))
      accuse(`${id}: a message says that it ended, and its token works: "${said.split("\n")[0]}"`);
  }
  /** Each token that was ever seen in a view, and in which of whom. */
  function onView(user: string, view: View): void {
    const content = { text: "", blocks: view.blocks };
    const id = idIn(content);
    for (const token of tokensIn(content)) {
      delivered.set(id, (delivered.get(id) ?? new Set()).add(token));
      const name = accountOf(token);
      if (!name.includes(id.toLowerCase())) accuse(`${id}: a view shows a token of ${name}`);
      void world
        .records()
        .then((records) => {
          const r = records.find((one) => one.id === id);
          if (r && r.requester.id !== user) accuse(`${id}: a token of ${r.requester.id} is shown to ${user}`);
        })
        .catch(() => {});
    }
  }

  const off = world.slack.onEvent((change) => {
    if (change.kind === "view_opened" || change.kind === "view_updated") onView(change.user, change.view);
    if (change.kind === "message" || change.kind === "message_edited") onMessage(change.message);
    if (change.kind === "ephemeral" && tokensIn(change.ephemeral).length > 0)
      accuse("a token stands in an ephemeral message");
  });
  // The holder is at work to the last: what the hub remembers of a used token is as fresh as can be.
  world.onHub((call) => {
    if (call === "delete account" || call === "delete binding") for (const id of delivered.keys()) works(id);
  });
  world.onOpening(() => {
    const refused = [...delivered.values()]
      .flatMap((tokens) => [...tokens])
      .filter((one) => world.hub.login(one) === 401);
    for (const token of refused) dead.add(token);
  });

  const reader = world.commands.duplicate();
  const seen = new Set<string>();
  const judgeAllowance = createAllowanceWatch();
  const judgeEmergency = createEmergencyWatch();
  let last = "0";
  let isLocked = false;
  /** Reads on in the trail; each end must be so. */
  async function look(block: boolean): Promise<void> {
    const read = block
      ? await reader.xread("BLOCK", 0, "STREAMS", world.keys.trail, last)
      : await world.commands.xread("STREAMS", world.keys.trail, last);
    for (const [at, fields] of read?.[0]?.[1] ?? []) {
      if (seen.has(at)) continue;
      seen.add(at);
      last = at;
      const entry = JSON.parse(fields[1] ?? "");
      if (entry.lockdown) {
        isLocked = entry.lockdown === "began";
        world.story.say(`    the lockdown ${entry.lockdown === "began" ? "stands" : "is lifted"}`);
        continue;
      }
      // Another policy, or what somebody may not.
      if (isSeal(entry) || entry.to === undefined) continue;
      const { id, from, to } = entry as { id: string; from: string; to: string };
      if (isLocked && from !== to && (to === "approved" || to === "delivering"))
        accuse(`${id}: it became ${to} under a lockdown`);
      if (isLocked && String(entry.why).startsWith("a token is shown"))
        accuse(`${id}: a token was shown under a lockdown`);
      world.story.say(`    ${id}: ${from ?? "new"} → ${to}`);
      for (const what of judgeAllowance(entry)) accuse(what);
      for (const what of judgeEmergency(entry)) accuse(`${id}: ${what}`);
      const { who, verification } = entry as { who: string; verification: { method: string } | null };
      const isByHand = who === operatorOf(OPERATOR);
      // What else is written of a grant that has ended, such as a review, tells its proof once more.
      const hasEnded = to === "ended" && from !== "ended";
      if (hasEnded && (verification?.method === "abandoned") !== (isByHand && from === "ending"))
        accuse(`${id}: ${who} says that it ended, by ${verification?.method}`);
      if (to === "ended" && verification?.method !== "abandoned" && belies(id))
        accuse(`${id}: the record says ended, and its token works`);
    }
  }
  let closed = false;
  const watching = (async () => {
    while (!closed) await look(true);
  })().catch((error: unknown) => {
    if (!closed) accuse(`nobody watches the trail any more: ${error}`);
  });
  return {
    look: () => look(false),
    wrong: () => [...wrong],
    delivered: (id: string) => [...(delivered.get(id) ?? [])],
    works,
    async close() {
      closed = true;
      off();
      reader.disconnect();
      await watching;
    },
  };
}
