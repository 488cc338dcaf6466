/** Lists in memory, out of all records; there is no trail, so nothing has a story. */
import { stillOn } from "../../src/domain/listing.ts";
import type { Lists } from "../../src/flow/ports.ts";
import type { MemoryRequests } from "./memory-ports.ts";

export const memoryLists = (requests: Pick<MemoryRequests, "all">): Lists => ({
  waiting: async (roles) => requests.all().filter((r) => stillOn.waiting(r) && roles.includes(r.role)),
  unreviewed: async () => requests.all().filter(stillOn.unreviewed),
  async live(roles, { after, count }) {
    const all = requests
      .all()
      .filter((r) => stillOn.live(r) && (roles === "all" || roles.includes(r.role)))
      .map((request) => ({
        request,
        at: { at: "expiresAt" in request ? request.expiresAt : 0, id: request.id },
      }))
      .sort((a, b) => a.at.at - b.at.at || (a.at.id < b.at.id ? -1 : 1));
    const start = after ? all.findIndex(({ at }) => at.id === after.id) + 1 : 0;
    return { shown: all.slice(start, start + count), total: all.length };
  },
  past: async (person, since) =>
    requests
      .all()
      .filter((r) => r.requester.id === person && r.enteredAt >= since)
      .map(({ id }) => id),
  stories: async (ids) => ids.map(() => []),
  tried: async () => [],
  follow: async () => {},
});
