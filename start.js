// Where Pulumi enters (`main` in Pulumi.yaml). The program itself begins in index.ts.
const { compiled } = require("./start/compile.js");
const { withoutAnswers, withoutConfiguration } = require("./start/discreet.js");
const { postpone } = require("./start/postpone.js");
const { mapOnlyErrors } = require("./start/stacks.js");

mapOnlyErrors();

// What the SDK loads at every start but needs only for what this program does not do: packing functions into the state
// (the first three), and driving other Pulumi programs.
postpone(["typescript", "@npmcli/arborist", "normalize-package-data", "got", "execa"]);
withoutConfiguration();
withoutAnswers();

module.exports = compiled(__dirname);
