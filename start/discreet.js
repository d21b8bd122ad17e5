/**
 * Keeps the engine's responses out of the SDK's debug messages.
 *
 * They contain properties of resources, with secrets in clear text. The engine logs them from `-v=3` on, and `--debug` shows them; it
 * masks values of encrypted configuration, but not those with a `%`, which it interprets as a format.
 */
function withoutAnswers() {
  const log = require("@pulumi/pulumi/log");
  const { debug } = log;
  log.debug = (message, ...more) => debug(String(message).replace(DETAILS, ""), ...more);
}

/** The SDK's text after the name of a request. */
const DETAILS = /[;,] (err|resp|obj|props)[:=][\s\S]*$/;

/**
 * Removes the configuration, with secrets in clear text, from the environment of processes that the program starts: the
 * compiler, ssh-add. The SDK has read it by then.
 */
function withoutConfiguration() {
  require("@pulumi/pulumi").runtime.allConfig();
  delete process.env.PULUMI_CONFIG;
}

module.exports = { withoutAnswers, withoutConfiguration };
