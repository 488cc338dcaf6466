/** As require-node.js; then one sentence where npm left out the native part of a package. Arguments: the packages. */
import "./require-node.js";

for (const name of process.argv.slice(2)) {
  import(name).catch(() => {
    const [, npmRunsOn = "unknown"] = /node\/v(\S+)/.exec(process.env.npm_config_user_agent ?? "") ?? [];
    console.error(
      `The native part of ${name} is missing. npm leaves it out silently on Node older than 20.19 and with --omit=optional: install Node 20.19 or newer (npm runs on ${npmRunsOn}) and run \`npm ci\` again.`,
    );
    process.exit(1);
  });
}
