/** The roles a person may ask for, in the catalog's order. */
import type { UserId } from "../domain/ids.ts";
import type { Ports } from "./ports.ts";

export async function rolesFor({ policy, directory }: Ports, person: UserId): Promise<string[]> {
  const names = await Promise.all(
    Object.entries(policy.roles).map(async ([name, { requester }]) =>
      !requester || (await directory.qualifies(person, requester.in)) ? name : null,
    ),
  );
  return names.filter((name) => name !== null);
}
