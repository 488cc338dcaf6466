/** What every view needs besides the record, and what it gives back. */
import type { KnownBlock } from "@slack/types";
import type { Catalog } from "../../domain/catalog.ts";
import type { Principal, RequestId, UserId } from "../../domain/ids.ts";
import type { Locale } from "../../domain/person.ts";
import type { SeenUse } from "../../domain/use.ts";
import type { InList } from "../ids.ts";

export interface ViewContext {
  locale: Locale;
  hub: { name: string; dashboard: string };
  roles: Catalog;
  /** Where requests of this role are approved. */
  channel(role: string): string;
  /** Whom a new card of this role mentions. */
  pings(role: string): readonly Principal[];
  /** Whom a new alert mentions. */
  admins: readonly Principal[];
  /** "/karpor-access" */
  command: string;
  now: number;
  /** What was done with the grants that are shown, where that is known. */
  uses?: ReadonlyMap<RequestId, SeenUse>;
  /** Whoever alone reads it; left out where others do. */
  reader?: UserId;
  /** Of the list that is drawn: its buttons carry it. */
  list?: InList | undefined;
}

export interface Message {
  /** What notifications and screen readers get: plain words, at most 150 characters, never a token. */
  text: string;
  blocks: KnownBlock[];
}
