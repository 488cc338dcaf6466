/** What administrators are told although no one asked: each once, in their own language. Pure. */
import type { ForeignObject } from "./foreign-object.ts";
import type { GroupDoubt } from "./group-seen.ts";
import type { GroupId } from "./ids.ts";
import type { AccessRequest } from "./request.ts";

export type Alarm =
  /** The approvals channel does not take a request's card. */
  | { kind: "card-refused"; code: string; request: AccessRequest }
  /** Found by the sweep, each once. */
  | { kind: "foreign"; objects: readonly ForeignObject[] }
  /** Redis was restored from a copy, or emptied (`since` 0): the hub remembers `epoch`, Redis ends at `since`. */
  | { kind: "redis-behind"; epoch: number; since: number }
  /** A token that leaked may still work: that it does not could not be shown in time. */
  | { kind: "leak-unproven"; request: AccessRequest; generation: number }
  /** A grant stands on the hub that no record knows, though Redis is not behind. */
  | { kind: "adopted"; request: AccessRequest }
  /** The hub refuses the bot's own credential, and takes it or another again. */
  | { kind: "locked-out" | "let-in"; credential: string }
  /** The hub answers whoever shows no token (`reads`), or its role `anonymous` gives that; and no longer. */
  | { kind: "reads-opened"; reads: boolean; allows: readonly string[] }
  | { kind: "reads-closed" }
  /** What was shown to be gone gave access once more: the hub is restored from a backup, or somebody made it by hand. */
  | { kind: "returned"; request: AccessRequest }
  /** Somebody changed what a grant's binding gives, or to whom. */
  | { kind: "altered"; request: AccessRequest }
  /** The hub tells no more what tokens are used for, since then. */
  | { kind: "hub-silent"; heard: number | null; since: number }
  /** What came to the trail since this seal (0: from its beginning) is in none that the hub has. */
  | { kind: "unsealed"; seal: number; since: number | null }
  /** What a directory sync may have done: nobody lost access by it. */
  | { kind: "groups"; groups: readonly DoubtedGroup[] };

export type DoubtedGroup = { id: GroupId } & Pick<GroupDoubt, "what" | "lost" | "of">;
