/** A Slack that knows everybody and takes everything: for stories that are about Redis and the hub. */
import type { Ports } from "../../src/flow/ports.ts";

export const willingDirectory = {
  person: async (id: string) => ({ id, name: "R", locale: "en", standing: "member" }),
  qualifies: async (id: string) => id,
  countMembers: async (_: unknown, enough: number) => enough,
  inChannel: async () => null,
};
export const willingNotifier = {
  post: async () => ({ channel: "D1", ts: "1.1" }),
  findPost: async () => "absent",
  redraw: async () => "done",
  roomForToken: async () => ({ use: () => true, [Symbol.asyncDispose]: async () => {} }),
  showToken: async () => {},
  remove: async () => {},
  takeTokenOff: async () => "edited",
  eraseToken: async () => "deleted",
} satisfies Partial<Record<keyof Ports["notifier"], unknown>>;
