const Module = require("node:module");

/**
 * Lets packages that the Pulumi SDK loads be loaded only when something of them is used.
 *
 * Nothing else changes: whoever uses one of them gets it, a little later. Together they are three quarters of what a
 * start of the SDK takes. A package that the SDK no longer has, or that is loaded already, is passed over.
 *
 * @param {readonly string[]} packages
 */
function postpone(packages) {
  const sdk = Module.createRequire(require.resolve("@pulumi/pulumi"));
  for (const name of packages) {
    const file = pathOf(sdk, name);
    if (file !== undefined && require.cache[file] === undefined) {
      const placeholder = new Module(file);
      placeholder.loaded = true;
      placeholder.exports = onFirstUse(() => {
        if (require.cache[file] === placeholder) delete require.cache[file];
        return sdk(file);
      });
      require.cache[file] = placeholder;
    }
  }
}

function pathOf(sdk, name) {
  try {
    return sdk.resolve(name);
  } catch {
    return undefined;
  }
}

/** Looks like what `load` returns, and calls it when it is first looked at. */
function onFirstUse(load) {
  let loaded;
  const real = () => {
    loaded ??= load();
    return loaded;
  };
  return new Proxy(function postponed() {}, {
    // Compiled TypeScript asks this of everything that it imports, and copies all that is there if the answer is no.
    get: (_, key) => key === "__esModule" || (key === "default" && !real().__esModule ? real() : real()[key]),
    has: (_, key) => key in real(),
    apply: (_, self, args) => Reflect.apply(real(), self, args),
    construct: (_, args) => Reflect.construct(real(), args),
  });
}

module.exports = { postpone };
