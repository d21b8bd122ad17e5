/**
 * Keeps answers of the engine out of the SDK's debug messages.
 *
 * They hold the properties of resources, secrets in clear. The engine writes them down from `-v=3` on, and `--debug` shows them; it
 * masks what it knows from encrypted configuration, but not where there is a `%` in it, which it takes for a format.
 */
function withoutAnswers() {
  const log = require("@pulumi/pulumi/log");
  const { debug } = log;
  log.debug = (message, ...more) => debug(String(message).replace(DETAILS, ""), ...more);
}

/** What the SDK writes behind the name of what was asked for. */
const DETAILS = /[;,] (err|resp|obj|props)[:=][\s\S]*$/;

/**
 * Keeps the configuration, in which secrets stand in clear, out of the environment of what the program starts itself: the
 * compiler, ssh-add. The SDK has read it by then.
 */
function withoutConfiguration() {
  require("@pulumi/pulumi").runtime.allConfig();
  delete process.env.PULUMI_CONFIG;
}

module.exports = { withoutAnswers, withoutConfiguration };
