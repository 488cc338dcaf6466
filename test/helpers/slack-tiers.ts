/** Slack's documented limits, written down here a second time: what is wrong in the local Slack's table, or in the bot's, is not wrong in both. */

const TIER_2 = 20;
const TIER_3 = 50;
const TIER_4 = 100;

/** Calls in any minute, as each method's page on docs.slack.dev has it. */
export const SLACKS_TIERS: Record<string, number> = {
  "bots.info": TIER_3,
  "chat.delete": TIER_3,
  "chat.postEphemeral": TIER_4,
  // Special: one a second a channel, and "several hundred" of a whole workspace.
  "chat.postMessage": 300,
  "chat.update": TIER_3,
  "conversations.info": TIER_3,
  "conversations.list": TIER_2,
  "conversations.members": TIER_4,
  "conversations.open": TIER_3,
  "usergroups.list": TIER_2,
  "usergroups.users.list": TIER_2,
  "users.info": TIER_4,
  "users.list": TIER_2,
  "views.open": TIER_4,
  "views.publish": TIER_4,
  "views.push": TIER_4,
  "views.update": TIER_4,
};

/** Special: "hundreds"; and tier 1, of which Slack lets through more. */
export const UNLIMITED = ["auth.test", "apps.connections.open"];
