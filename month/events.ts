/** What befalls the company within the month, each at its share of the month: outages, an upgrade, a lockdown, somebody who leaves. */
import { DAY, HOUR, MINUTE, SECOND } from "../src/domain/duration.ts";
import { ADMIN, LEAVER } from "./company.ts";
import { emergency, type Life } from "./people.ts";

const NIGHT = 23 * HOUR;

export function plan(life: Life, { from, to }: { from: number; to: number }): void {
  const { world, deeds, agenda, gone } = life;
  const days = Math.round((to - from) / DAY);
  /** The working day at so much of the month, `hour` o'clock UTC. */
  const on = (part: number, hour: number) => {
    const day = from + Math.floor(part * days) * DAY;
    const off = { 0: 1, 6: 2 }[new Date(day).getUTCDay()] ?? 0;
    return Math.min(day + off * DAY, to - DAY) + hour * HOUR;
  };
  /** The days at these shares: of a short month several are one. */
  const each = (...parts: number[]) => new Set(parts.map((part) => on(part, 0)));
  const away = (at: number, ms: number, leave: () => unknown, back: () => unknown) => {
    agenda.put(at, async () => {
      await leave();
      await world.time.wake(world.time.now());
    });
    agenda.put(at + ms, async () => {
      await back();
      await world.time.wake(world.time.now());
      await world.time.sweep();
    });
  };
  for (const night of each(0.1, 0.35, 0.62, 0.88)) agenda.put(night + NIGHT, () => emergency(life));
  away(
    on(0.22, 14),
    40 * MINUTE,
    () => world.hub.down(),
    () => world.hub.up(),
  );
  away(
    ...([on(0.4, 9), 15 * MINUTE] as const),
    () => world.slack.failNext("*", { status: 503 }, Number.POSITIVE_INFINITY),
    () => world.slack.clearFailures(),
  );
  // Karpor is upgraded; the healing job makes the bot's kubeconfig anew two minutes later.
  away(
    on(0.52, 12),
    2 * MINUTE,
    () => world.hub.rotateKeys(),
    () => world.heal(),
  );
  for (const day of each(0.28, 0.72)) agenda.put(day + 13 * HOUR, () => restart(life));
  agenda.put(on(0.45, 10), async () => world.configure((file) => shorten(file)));
  agenda.put(on(0.57, 15), async () => {
    gone.add(LEAVER);
    await world.slack.people.deactivate(LEAVER);
    await world.time.rest();
  });
  const locked = on(0.78, 16);
  agenda.put(locked, async () => {
    await deeds.command(ADMIN, "lockdown", "a laptop was stolen on the train");
    await world.time.wake(world.time.now() + 2 * SECOND);
  });
  agenda.put(locked + 45 * MINUTE, () => deeds.say(ADMIN, "unlock its disk was encrypted, and it was wiped"));
}

/** A new version is rolled out: whatever runs is cut off. */
async function restart({ world }: Life): Promise<void> {
  await world.bot.kill();
  await world.bot.start();
  await world.time.rest();
}

const shorten: Parameters<Life["world"]["configure"]>[0] = (file) => {
  const { admin } = file.roles;
  return admin
    ? { ...file, roles: { ...file.roles, admin: { ...admin, duration: { ...admin.duration, max: "4h" } } } }
    : file;
};
