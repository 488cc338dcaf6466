/** What a person was told survives the loss of the primary, where there is a replica; where there is none, nobody waits. */
import { expect, test } from "vitest";
import type { AccessRequest } from "../../src/domain/request.ts";
import { connected, testRedis } from "../helpers/redis.ts";
import { replicaOf, waitsOn } from "../helpers/replicated.ts";
import { type Fixture, fixture } from "./requests.contract.ts";
import { activeSample, inState } from "./samples.ts";

const revoke = (r: AccessRequest) => inState(r, "ending");

async function adopted(f: Fixture) {
  const request = activeSample();
  await f.requests.adopt(request);
  return request;
}

test("an acknowledged revoke survives the loss of the primary", async () => {
  await using primary = await testRedis();
  await using replica = await replicaOf(primary.server);
  const f = fixture(primary);
  const { id } = await adopted(f);
  await f.requests.update(id, (r) => ({ ...r, revision: 2 }));
  expect(await waitsOn(primary.server.url)).toBe(0);
  const { after } = await f.requests.update(id, revoke, { replicated: true });
  expect(await waitsOn(primary.server.url)).toBe(1);
  await primary.server.stop();
  await using promoted = await connected({ url: replica.url, stop: async () => {} });
  await promoted.commands.call("REPLICAOF", "NO", "ONE");
  expect(await promoted.commands.hget(f.keys.request(id), "record")).toContain('"state":"ending"');
  expect(after).toMatchObject({ state: "ending", version: 3 });
});

test("a replica that does not answer holds nobody up: what was written stands", async () => {
  await using primary = await testRedis();
  await using replica = await replicaOf(primary.server);
  const f = fixture(primary);
  const { id } = await adopted(f);
  replica.pause();
  expect((await f.requests.update(id, revoke, { replicated: true })).after.state).toBe("ending");
  replica.resume();
  expect(await f.requests.get(id)).toMatchObject({ state: "ending" });
});

test("without a replica nobody waits", async () => {
  await using alone = await testRedis();
  const f = fixture(alone);
  const { id } = await adopted(f);
  expect((await f.requests.update(id, revoke, { replicated: true })).after.state).toBe("ending");
  expect(await waitsOn(alone.server.url)).toBe(0);
});

test("what changes nothing is not waited for", async () => {
  await using primary = await testRedis();
  await using _replica = await replicaOf(primary.server);
  const f = fixture(primary);
  const { id } = await adopted(f);
  await f.requests.update(id, () => null, { replicated: true });
  expect(await waitsOn(primary.server.url)).toBe(0);
});
