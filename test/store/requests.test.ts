/** Requests on a real Redis. */
import { afterAll } from "vitest";
import { testRedis } from "../helpers/redis.ts";
import { requestsContract } from "./requests.contract.ts";

const redis = await testRedis();
afterAll(() => redis[Symbol.asyncDispose]());

requestsContract(redis);
