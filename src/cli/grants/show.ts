/** `grants show ID`: the request's story out of the trail, and what stands of it on the hub. */
import { contextOf } from "../../app/assemble.ts";
import type { RequestId } from "../../domain/ids.ts";
import type { GrantObjects, Ports } from "../../flow/ports.ts";
import { withTried } from "../../flow/trail/story.ts";
import { plainSteps } from "../../slack/views/index.ts";
import { type Answer, type GrantsMeans, nullIfAway } from "./means.ts";
import { instant, printed } from "./print.ts";

const HUB_WITHIN_MS = 15_000;

/** Throws one sentence where neither Redis nor the hub answers. */
export async function show(means: GrantsMeans, id: RequestId): Promise<Answer> {
  const { ports, config } = means;
  const listed = await ports.grants.list(AbortSignal.timeout(HUB_WITHIN_MS)).catch(() => null);
  const found = await recorded(ports, id).catch(nullIfAway);
  if (!found && !listed)
    throw new Error("Neither Redis nor Karpor answers: npm run doctor says what keeps them.");
  const standing = (listed ?? []).filter(({ key }) => key.id === id);
  const records = found !== null;
  const { request, steps, tried } = found ?? { request: null, steps: [], tried: [] };
  if (!request && steps.length === 0 && standing.length === 0)
    return {
      good: false,
      json: null,
      lines: [`There is no request ${id}${unseen(records, listed !== null)}.`],
    };
  const record = request && request !== "unreadable" ? request : null;
  const context = contextOf(config, config, ports.clock)("en");
  const story = plainSteps(withTried(steps, tried), context).map(
    ({ at, says }) => `${instant(at)}  ${printed(says)}`,
  );
  const head = record
    ? [
        `${id}, ${record.state}: ${record.role} for ${printed(record.requester.name)} (${record.requester.id})`,
        `Reason: ${printed(record.reason) || "none"}`,
      ]
    : [
        `${id}: ${records ? (request === "unreadable" ? "its record cannot be read" : "no record") : "Redis does not answer"}`,
      ];
  const json = {
    ...{ id, state: record?.state ?? null, role: record?.role ?? null, holder: record?.requester.id ?? null },
    ...{
      reason: record?.reason ?? null,
      until: instant(record && "expiresAt" in record ? record.expiresAt : undefined),
    },
    ...{ steps, tried },
    onKarpor: listed && standing.map(objectsOf),
  };
  return { good: true, json, lines: [...head, ...story, ...onHub(listed && standing)] };
}

async function recorded({ requests, lists }: Ports, id: RequestId) {
  const [request = null] = await requests.getMany([id]);
  const [steps = []] = await lists.stories([id]);
  return { request, steps, tried: await lists.tried(id) };
}

function unseen(records: boolean, hub: boolean): string {
  if (!records) return " on Karpor; Redis does not answer";
  return hub ? "" : " in Redis; Karpor does not answer";
}

const objectsOf = ({ key, account, binding }: GrantObjects) => ({
  generation: key.generation,
  account: account !== null,
  binding: binding !== null,
  until: instant(account?.expiresAt ?? undefined),
});

function onHub(standing: GrantObjects[] | null): string[] {
  if (!standing) return ["Karpor does not answer: what stands there is not known."];
  if (standing.length === 0) return ["Nothing of it stands on Karpor."];
  return standing.map(objectsOf).map(({ generation, account, binding, until }) => {
    const both =
      account && binding
        ? "account and binding stand"
        : account
          ? "its account stands without binding"
          : "its binding stands without account";
    return `On Karpor, generation ${generation}: ${both}${until ? `, until ${until}` : ""}.`;
  });
}
