// Makes a host key for an SSH server, and prints it as JSON: `private` in the format of OpenSSH, `public` as in a known_hosts file.
//
// Run by a command of a deployment, not by the program: what is made stays in the state.
const { utils } = require("ssh2");

/** ssh2 makes about one key in a hundred with a byte too few, which it then refuses itself. */
function make() {
  for (;;) {
    const pair = utils.generateKeyPairSync("ed25519");
    if (!(utils.parseKey(pair.private) instanceof Error)) {
      return {
        private: `${pair.private.trim()}\n`,
        public: pair.public.trim().split(" ").slice(0, 2).join(" "),
      };
    }
  }
}

module.exports = { make };

/** For a command: `node -e "require('podwatch/certificates/hostKey').run()"`. */
module.exports.run = () => process.stdout.write(JSON.stringify(make()));
