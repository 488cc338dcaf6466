/** The clocks of this machine, of the hub and of Redis are within a minute of one another. */
import { MINUTE, SECOND } from "../../request/durations.ts";
import { type Finding, fail, type HubSide, ok, type RedisSide } from "./finding.ts";

/** The calls before it have learned the hub's clock. */
export const checkHubClock = async ({ hub }: HubSide): Promise<Finding[]> => [
  judge("hub clock", hub.client.clockOffset()),
];

export const checkRedisClock = async ({ clock, store }: RedisSide): Promise<Finding[]> => [
  judge("redis clock", (await store.now()) - clock.now()),
];

function judge(check: string, offset: number): Finding {
  const message = `${Math.round(Math.abs(offset) / SECOND)} s apart from this machine's`;
  return Math.abs(offset) <= MINUTE
    ? ok(check, message)
    : fail(check, message, "timedatectl set-ntp true, on both machines");
}
