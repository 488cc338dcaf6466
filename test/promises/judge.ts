/** What must be so when all is healed: records, hub and Slack say the same, and nobody has what nobody approved. */
import type { KubeObject } from "../../sandbox/hub/types.ts";
import type { Request } from "../../src/request/record.ts";
import { keysFor } from "../../src/store/keys.ts";
import { ALICE, BOB, CAROL } from "../helpers/people.ts";
import { tokenIn } from "../helpers/scene.ts";
import type { Stage } from "./deeds.ts";

/** What is not settled yet, in words; empty when all is. */
export async function unsettled({ world }: Stage): Promise<string[]> {
  const keys = keysFor("test");
  const requests = await world.records();
  const undrawn = await Promise.all(
    requests.map(async ({ id, version, state }) =>
      (await world.commands.hget(keys.request(id), "drawn")) === version
        ? []
        : [`${id} (${state}) is not drawn`],
    ),
  );
  const moving = requests.filter(
    ({ state }) => state === "asked" || state === "granting" || state === "ending",
  );
  return [...moving.map(({ id, state }) => `${id} is still ${state}`), ...undrawn.flat()];
}

/** What is wrong, in words. */
export async function faults(stage: Stage, tokens: ReadonlyMap<string, string>): Promise<string[]> {
  const requests = await stage.world.records();
  return [
    ...(await hubFaults(stage, requests)),
    ...(await tokenFaults(stage, requests, tokens)),
    ...requests.flatMap(approvalFaults),
  ];
}

/** The hub has exactly the objects of live records. */
async function hubFaults({ world }: Stage, requests: Request[]): Promise<string[]> {
  const { serviceAccounts, clusterRoleBindings } = await world.hub.objects();
  const known = new Set(requests.map(({ id }) => String(id)));
  // An ask that was killed before it was stored leaves an account that may do nothing, until its time.
  const isLeft = (account: KubeObject) =>
    !known.has(idOf(account) ?? "") &&
    Date.parse(account.metadata.annotations?.["karpor-access.io/until"] ?? "") > world.clock.now();
  const idOf = ({ metadata }: { metadata: { name: string } }) =>
    /(r-[0-9a-z]{10})$/.exec(metadata.name)?.[1]?.toUpperCase();
  const kept = serviceAccounts.filter((account) => !isLeft(account));
  const ids = (list: { metadata: { name: string } }[]) =>
    list
      .flatMap((one) => idOf(one) ?? [])
      .sort()
      .join();
  const open = requests
    .filter(({ state }) => state !== "closed")
    .map(({ id }) => id)
    .sort()
    .join();
  const active = requests
    .filter(({ state }) => state === "active")
    .map(({ id }) => id)
    .sort()
    .join();
  return [
    ...(ids(kept) === open ? [] : [`accounts: ${ids(kept)}; open: ${open}`]),
    ...(ids(clusterRoleBindings) === active
      ? []
      : [`bindings: ${ids(clusterRoleBindings)}; active: ${active}`]),
  ];
}

/** Every visible token is live, and every token of a closed request is refused. */
async function tokenFaults(
  { world, scene }: Stage,
  requests: Request[],
  tokens: ReadonlyMap<string, string>,
) {
  const found: string[] = [];
  for (const message of world.slack.history().filter(({ deleted }) => !deleted)) {
    const token = tokenIn(message);
    if (token && (await scene.login(token)) !== "good")
      found.push(`a dead token is visible: ${message.text}`);
  }
  const closed = new Set(requests.filter(({ state }) => state === "closed").map(({ id }) => String(id)));
  for (const [token, id] of tokens)
    if (closed.has(id) && (await scene.login(token)) === "good")
      found.push(`${id} is closed and its token works`);
  return found;
}

const APPROVERS: Record<string, readonly string[]> = { guest: [ALICE, CAROL], admin: [ALICE, BOB, CAROL] };

/** What was ever granted has an approval that is valid for its role. */
function approvalFaults({ id, endsAt, approvals, role, requester, askedBy }: Request): string[] {
  if (endsAt === null) return [];
  const people = new Set(approvals.flatMap(({ by }) => by ?? []));
  const isRuled = approvals.some(({ rule }) => rule === "none" || rule === "emergency");
  const areValid = [...people].every(
    (by) => APPROVERS[role]?.includes(by) && by !== requester && by !== askedBy,
  );
  const needed = role === "admin" ? 2 : 1;
  return isRuled || (areValid && people.size >= needed) ? [] : [`${id} was granted without a valid approval`];
}

/** Every token that was ever shown in a DM, by the request that the message names. */
export function shownTokens({ world }: Stage): Map<string, string> {
  const tokens = new Map<string, string>();
  for (const message of world.slack.history())
    for (const content of message.history) {
      const text = JSON.stringify(content.blocks ?? []);
      const token = /eyJ[\w-]+\.[\w-]+\.[\w-]+/.exec(text)?.[0];
      const id = /R-[0-9A-Z]{10}/.exec(text)?.[0];
      if (token && id) tokens.set(token, id);
    }
  return tokens;
}
