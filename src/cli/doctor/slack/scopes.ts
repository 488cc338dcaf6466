/** The bot's token has the scopes of manifest.yml, and none that reads what people write. */
import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { z } from "zod";
import { type Finding, fail, ok, type SlackSide, warn } from "../finding.ts";

const MANIFEST = new URL("../../../../manifest.yml", import.meta.url);
const Scopes = z.object({
  oauth_config: z.object({ scopes: z.object({ bot: z.array(z.string()) }) }),
});
/** From the header x-oauth-scopes. */
const AuthTest = z.object({
  response_metadata: z.object({ scopes: z.array(z.string()).optional() }).default({}),
});

const SCOPES_CHECK = "slack scopes";
const REINSTALL = "Put manifest.yml into the app's App Manifest, then reinstall the app to the workspace";

export async function checkScopes({ callSlack }: SlackSide): Promise<Finding> {
  const needed = Scopes.parse(parse(readFileSync(MANIFEST, "utf8"))).oauth_config.scopes.bot;
  const { scopes } = (await callSlack("auth.test", {}, AuthTest)).response_metadata;
  if (!scopes)
    return warn(
      SCOPES_CHECK,
      "cannot be told: Slack's answer came without its header of scopes",
      "Let the proxy before Slack pass x-oauth-scopes on; or see that the app has the scopes of manifest.yml",
    );
  const missing = needed.filter((scope) => !scopes.includes(scope));
  if (missing.length > 0) return fail(SCOPES_CHECK, `the app lacks ${missing.join(", ")}`, REINSTALL);
  const history = scopes.filter((scope) => scope.endsWith(":history"));
  if (history.length === 0) return ok(SCOPES_CHECK, needed.join(", "));
  return warn(
    SCOPES_CHECK,
    `${history.join(", ")} is too much: a thief of the bot's token could read messages, live tokens too`,
    `${REINSTALL}; where the scope stays, revoke the token first`,
  );
}
