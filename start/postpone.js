const Module = require("node:module");

/**
 * Defers loading of packages of the Pulumi SDK until they are used.
 *
 * Nothing else changes: their first use loads them. Together they are three quarters of what a
 * start of the SDK takes. Packages that the SDK no longer has, or that are loaded already, are skipped.
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

/** A proxy for what `load` returns, which calls it at the first access. */
function onFirstUse(load) {
  let loaded;
  const real = () => {
    loaded ??= load();
    return loaded;
  };
  return new Proxy(function postponed() {}, {
    // Compiled TypeScript checks this for every import, and otherwise copies all its properties.
    get: (_, key) => key === "__esModule" || (key === "default" && !real().__esModule ? real() : real()[key]),
    has: (_, key) => key in real(),
    apply: (_, self, args) => Reflect.apply(real(), self, args),
    construct: (_, args) => Reflect.construct(real(), args),
  });
}

module.exports = { postpone };
