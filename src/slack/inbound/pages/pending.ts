/** What waits for whoever looks: emergencies first, then requests, then what others would allow beforehand. */
import { waitingFor } from "../../../flow/seen/waiting-for.ts";
import { pendingReply, type Waiting, waitingId } from "../../views/index.ts";
import type { ShowPage } from "./index.ts";
import { restOf } from "./rest.ts";

export const pendingPage: ShowPage = async ({ ports }, user, at) => {
  const { requests, reviews, allowances } = await waitingFor(ports, user);
  const all: Waiting[] = [
    ...reviews.map((request) => ({ kind: "review" as const, request })),
    ...requests.map((request) => ({ kind: "request" as const, request })),
    ...allowances.map((allowance) => ({ kind: "allowance" as const, allowance })),
  ];
  const page = restOf(all, at, waitingId);
  return (ctx) => pendingReply(page, ctx);
};
