/**
 * Before an npm command: one sentence, not a stack trace, where Node is too old, or where npm left out the native
 * part of a package named as an argument. Plain JavaScript, for it must run on the Node that it refuses.
 */
const NEEDED = 24;

if (Number.parseInt(process.versions.node, 10) < NEEDED) {
  refuse(
    `Node ${NEEDED} or newer is needed, and this is ${process.versions.node}: install it, or run \`npm ci\` without --omit=dev on Node 20.19 or newer, which brings it to all npm commands.`,
  );
}

for (const name of process.argv.slice(2)) {
  import(name).catch(() => {
    const [, npmRunsOn = "unknown"] = /node\/v(\S+)/.exec(process.env.npm_config_user_agent ?? "") ?? [];
    refuse(
      `The native part of ${name} is missing, which npm leaves out without a word on Node older than 20.19 and with --omit=optional: install Node 20.19 or newer (npm runs on ${npmRunsOn}) and run \`npm ci\` again.`,
    );
  });
}

function refuse(sentence) {
  console.error(sentence);
  process.exit(1);
}
