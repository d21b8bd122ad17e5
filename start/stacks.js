/**
 * Does not resolve stack traces of objects that are not real errors.
 *
 * For each resource and each promise the SDK creates an error without a message, to record its caller. Resolving
 * the places in the TypeScript sources for all of them takes a quarter of a second in each run. A real error has a
 * message, and its stack still names the sources.
 */
function mapOnlyErrors() {
  const mapped = Error.prepareStackTrace;
  if (mapped === undefined) return;
  Error.prepareStackTrace = (error, frames) =>
    error.message === "" ? [error, ...frames].join("\n    at ") : mapped(error, frames);
}

module.exports = { mapOnlyErrors };
