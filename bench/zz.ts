import { Redis } from "ioredis";
import { writeFileSync } from "node:fs";
import { startLocalWorld } from "./world.ts";
import * as r from "./benchmarks/report.ts";
const world = await startLocalWorld();
await (r as any).fillTrail(new Redis(world.redis.url));
writeFileSync("/tmp/bench-env.json", JSON.stringify(world.env));
console.log("ready");
await new Promise((done) => setTimeout(done, 240000));
