/** The Home tab in Slack: published as what stands there is known, and not at all where that is the same. */
import { createHash } from "node:crypto";
import { DAY } from "../../domain/duration.ts";
import type { UserId } from "../../domain/ids.ts";
import type { Locale } from "../../domain/person.ts";
import type { Clock, HomeSheet, HomeTab, Log, Memory } from "../../flow/ports.ts";
import { homeView, type ViewContext } from "../views/index.ts";
import { type SlackClients, slackError } from "./client.ts";
import { throwTrouble } from "./trouble.ts";

export interface HomeTabOptions {
  slack: Pick<SlackClients, "interactive" | "to">;
  memory: Memory;
  context(locale: Locale): ViewContext;
  clock: Clock;
  log: Log;
}

export function createHomeTab(options: HomeTabOptions): HomeTab {
  const { slack, memory, context, clock } = options;
  return {
    async look(person, { waits = false, standing } = {}) {
      const at = clock.now();
      const known = await memory.read(nameOf(person), ["hash", "digest"]);
      const [hash, digest] = known?.values ?? [];
      const isKnown = standing === undefined || standing === hash;
      const client = waits ? slack.interactive : slack.to("tidying");
      const show: HomeSheet["show"] = async (reader, home) => {
        const view = homeView(home, { ...context(reader.locale), reader: person });
        const drawn = digestOf(view);
        if (isKnown && drawn === digest) return "shown";
        const before = isKnown ? hash : standing;
        try {
          const { view: shown } = await client.views.publish({
            ...{ user_id: person, view },
            ...(before ? { hash: before } : {}),
          });
          const values = { hash: shown?.hash ?? "", digest: drawn };
          await memory.write(nameOf(person), { at, values, keepMs: DAY });
          // What nothing was compared with may stand over something newer.
          return before ? "shown" : "again";
        } catch (error) {
          // What stands there now is not known any more.
          await memory.drop(nameOf(person));
          return failed(options, person, error);
        }
      };
      return { show };
    },
  };
}

const nameOf = (person: UserId): string => `home:${person}`;
const digestOf = (view: object): string =>
  createHash("sha256").update(JSON.stringify(view)).digest("base64url");

/** Slack's own no to this person, or to this app. */
const FINAL = new Set(["not_enabled", "user_not_found", "user_not_visible", "user_disabled"]);

function failed({ log }: HomeTabOptions, who: UserId, error: unknown): "again" | "refused" {
  const code = slackError(error);
  if (code === "hash_conflict") return "again";
  if (!code || !FINAL.has(code)) return throwTrouble(error);
  log.warn({ who, slack: code }, "Slack takes no Home tab for this person");
  return "refused";
}
