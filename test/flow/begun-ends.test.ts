/** Which ends a replica remembers of its own, for when Redis forgets them. */
import { expect, test } from "vitest";
import type { RequestId } from "../../src/domain/ids.ts";
import type { AccessRequest, End } from "../../src/domain/request.ts";
import type { Requests } from "../../src/flow/ports.ts";
import { rememberingEnds } from "../../src/flow/support/begun-ends.ts";
import { each, revoked } from "../domain/records.ts";

const begun = new Map<RequestId, End>();
let landed: { before: AccessRequest; after: AccessRequest };
const requests = rememberingEnds({ update: async () => landed } as unknown as Requests, begun);

async function kept(before: AccessRequest, after: AccessRequest): Promise<End | undefined> {
  landed = { before, after };
  await requests.update(after.id, () => null);
  return begun.get(after.id);
}

const ending = { ...each.ending, end: revoked };
const expired = { ...each.ending, end: { cause: "expired" as const, at: revoked.at } };

test("one that it began, until it is proved", async () => {
  expect(await kept(each.active, ending)).toEqual(revoked);
  expect(await kept(ending, each.ended)).toBeUndefined();
});

test("one that another began, once it works on it", async () => {
  expect(await kept(ending, ending)).toEqual(revoked);
  await kept(ending, each.ended);
});

test("none whose time was over: a newer copy may know of more time", async () => {
  expect(await kept(each.active, expired)).toBeUndefined();
});
