/** The bot before a Slack that limits nobody: it takes its turns as ever, and there is always room. */
import { pino } from "pino";
import { systemClock } from "../sandbox/clock.ts";
import { startApp } from "../src/app.ts";
import { loadConfig } from "../src/config.ts";
import type { Room, Turns } from "../src/flow/ports.ts";

const wide = (rooms: readonly Room[]): Room[] => rooms.map((room) => ({ ...room, most: room.most * 1_000 }));
const free = (turns: Turns): Turns => ({ ...turns, take: (rooms, turn) => turns.take(wide(rooms), turn) });

const log = pino({ level: "info" });
const app = await startApp(loadConfig(process.env), { clock: systemClock(), log, turns: free });
process.once("SIGTERM", async () => {
  await app.stop();
  process.exit();
});
log.info({}, "ready");
