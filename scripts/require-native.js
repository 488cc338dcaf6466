/** As require-node.js; and where npm left out the native part of a package that is named, one sentence as well. */
import "./require-node.js";

for (const name of process.argv.slice(2)) {
  import(name).catch(() => {
    const [, npmRunsOn = "unknown"] = /node\/v(\S+)/.exec(process.env.npm_config_user_agent ?? "") ?? [];
    console.error(
      `The native part of ${name} is missing, which npm leaves out without a word on Node older than 20.19 and with --omit=optional: install Node 20.19 or newer (npm runs on ${npmRunsOn}) and run \`npm ci\` again.`,
    );
    process.exit(1);
  });
}
