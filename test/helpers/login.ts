/** What the dashboard's login answers to a token: 401 to a dead one. */
import { hubClient } from "../../sandbox/hub/client.ts";
import type { TestHub } from "../../sandbox/hub/types.ts";

export async function login(hub: TestHub, token: string): Promise<number> {
  const ask = hubClient(hub);
  try {
    return (await ask("GET", "/rest-api/v1/authn", { token })).status;
  } finally {
    await ask.close();
  }
}
