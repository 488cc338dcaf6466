/** What every command and button of the bot works with. */
import type { WebClient } from "@slack/web-api";
import type { UserId } from "../../domain/ids.ts";
import type { Locale, Person, Profile } from "../../domain/person.ts";
import type { Log, Memory, Ports, Purpose } from "../../flow/ports.ts";
import type { SlackProxy } from "../outbound/proxy.ts";
import type { ViewContext } from "../views/index.ts";

export interface HandlerContext {
  ports: Ports;
  /** For calls somebody waits for: each ends soon. */
  client: WebClient;
  /** For calls that give way to all others. */
  patient: WebClient;
  people: {
    known(id: UserId): Person | undefined;
    person(id: UserId, purpose?: Purpose): Promise<Profile>;
    recallPerson(id: UserId): Promise<Profile | null>;
    forgetGroups(): Promise<void>;
    forgetPerson(id: UserId): Promise<void>;
  };
  memory: Memory;
  viewContext(locale: Locale): ViewContext;
  /** Of those whose own language cannot be looked up. */
  language: Locale;
  log: Log;
  /** Where Slack is reached through one. */
  proxy?: SlackProxy | undefined;
  /** Aborted when this replica takes no more: who waits for Slack waits no longer. */
  leaving: AbortSignal;
  /** Milliseconds a command may take before its acknowledgement: Slack gives up after 3 s. */
  ackWithin?: number;
}

export const localeKnown = ({ people, language }: HandlerContext, user: UserId): Locale =>
  people.known(user)?.locale ?? language;

/** Of whoever asks: what they ask for has them looked up as well, and once is enough. */
export const profileOfAsker = async ({ people }: HandlerContext, user: UserId): Promise<Profile> =>
  (await people.recallPerson(user)) ?? people.person(user, "ask");

/** For what this person alone reads, in their language as far as it is known. */
export const contextFor = (context: HandlerContext, user: UserId): ViewContext => ({
  ...context.viewContext(localeKnown(context, user)),
  reader: user,
});

/** Whoever typed or pressed, before any look-up: vetting corrects name and language. */
export const requesterOf = ({ people, language }: HandlerContext, id: UserId, name: string): Person =>
  people.known(id) ?? { id, name: name || id, locale: language };
