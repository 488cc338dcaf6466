/** What the bot lets out stays within what Slack documents, method by method. */
import { expect, test } from "vitest";
import { roomsOf, URGENCIES } from "../../src/slack/outbound/limits.ts";
import { SLACKS_TIERS } from "../helpers/slack-tiers.ts";

/** Fewer than Slack would take. */
const FEWER: Record<string, number> = { "usergroups.list": 6 };
/** The running bot asks for none of these. */
const NEVER = ["bots.info", "conversations.list", "usergroups.users.list", "views.push"];

const most = (method: string, urgency: (typeof URGENCIES)[number]): number | undefined =>
  roomsOf(method, null, urgency).find(({ name }) => name === method)?.most;

test.each(Object.entries(SLACKS_TIERS).filter(([method]) => !NEVER.includes(method)))(
  "%s: what is urgent has all of Slack's %i, what has time 60 % of them",
  (method, tier) => {
    const all = FEWER[method] ?? tier;
    const patient = Math.floor(all * 0.6);
    expect(URGENCIES.map((urgency) => most(method, urgency))).toEqual([all, all, all, all, patient, patient]);
  },
);
