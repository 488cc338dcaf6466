/** What was done with grants so far, and of which part of their time that is known. */
import type { RequestId } from "../../domain/ids.ts";
import { gapsIn, type SeenUse } from "../../domain/use.ts";
import { beginsAt } from "../../domain/window.ts";
import type { AccessRequest, Ports } from "../ports.ts";

export type Uses = ReadonlyMap<RequestId, SeenUse>;

/** Of those that were given; of none where the hub does not tell. Throws StoreDown. */
export async function usesOf(
  { evidence, clock }: Pick<Ports, "evidence" | "clock">,
  requests: readonly AccessRequest[],
): Promise<Uses> {
  const given = requests.filter((r) => "grant" in r && r.grant);
  if (!evidence || given.length === 0) return new Map();
  const [uses, coverage] = await Promise.all([evidence.uses(given.map(({ id }) => id)), evidence.coverage()]);
  const now = clock.now();
  return new Map(
    given.flatMap((r, i) => {
      const use = uses[i];
      return use ? [[r.id, { ...use, gaps: gapsIn(coverage, timeOf(r), now) }] as const] : [];
    }),
  );
}

const timeOf = (r: AccessRequest) => ({ from: beginsAt(r), to: goneAt(r) ?? null });

function goneAt(r: AccessRequest): number | undefined {
  if (r.state === "ended") return r.verification.deletedAt;
  return r.state === "ending" ? r.deletedAt : undefined;
}

/** Nothing where the record is gone, and it is not known any more of which time it was. Throws StoreDown. */
export async function useOf(
  ports: Pick<Ports, "evidence" | "clock" | "requests">,
  id: RequestId,
): Promise<SeenUse | undefined> {
  const [request] = ports.evidence ? await ports.requests.getMany([id]) : [];
  if (!request || request === "unreadable") return undefined;
  return (await usesOf(ports, [request])).get(id);
}
