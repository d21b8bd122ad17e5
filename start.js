// Where Pulumi enters (`main` in Pulumi.yaml). The program itself begins in index.ts.
require("./start/early.js");
const { compiled } = require("./start/compile.js");
const { withoutAnswers, withoutConfiguration } = require("./start/discreet.js");

withoutConfiguration();
withoutAnswers();

module.exports = compiled(__dirname);
