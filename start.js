// Pulumi's entry point (`main` in Pulumi.yaml). The program itself begins in index.ts.
const { compiled } = require("./start/compile.js");
const { withoutAnswers, withoutConfiguration } = require("./start/discreet.js");
const { postpone } = require("./start/postpone.js");
const { mapOnlyErrors } = require("./start/stacks.js");

mapOnlyErrors();

// Packages that the SDK loads at every start, although this program does not need them: for serialising functions
// (the first three), and for the Automation API.
postpone(["typescript", "@npmcli/arborist", "normalize-package-data", "got", "execa"]);
withoutConfiguration();
withoutAnswers();

module.exports = compiled(__dirname);
