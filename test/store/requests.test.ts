/** Requests on a real Redis, and on one that knows clusters. */
import { afterAll, describe } from "vitest";
import { testCluster, testRedis } from "../helpers/redis.ts";
import { requestsContract } from "./requests.contract.ts";

const plain = await testRedis();
const cluster = await testCluster();
afterAll(async () => {
  await plain[Symbol.asyncDispose]();
  await cluster[Symbol.asyncDispose]();
});

describe("on Redis", () => requestsContract(plain));
describe("on a cluster", () => requestsContract(cluster));
