/** The least that counts each event once under its account: a server that parses a batch, and one pipeline to Redis. */
import { createServer } from "node:http";
import { Redis } from "ioredis";

const [port, url = ""] = process.argv.slice(2);
const redis = new Redis(url);

interface Batch {
  items: { auditID: string; user: { username: string } }[];
}

createServer(async (request, response) => {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const { items } = JSON.parse(Buffer.concat(parts).toString()) as Batch;
  const pipeline = redis.pipeline();
  pipeline.sadd("bare-counted", ...items.map(({ auditID }) => auditID));
  for (const { user } of items) pipeline.hincrby("bare-uses", user.username, 1);
  await pipeline.exec();
  response.writeHead(200).end();
}).listen(Number(port), "127.0.0.1", () => console.log("ready"));
