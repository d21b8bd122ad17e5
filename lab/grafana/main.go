// The stand-in for Grafana takes the place of /usr/share/grafana/bin/grafana in the lab's image, where the real image
// cannot be had: same command line, same contract, and it says everywhere that it is a stand-in.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"podwatch/lab/grafana/internal/web"
)

// version is set by lab/grafana/build.
var version = "0.0.0"

const usage = `Usage:
  grafana server [--homepath DIR] [--config FILE] [--packaging NAME] [cfg:[default.]section.key=value ...]
  grafana cli [--homepath DIR] [--config FILE] admin reset-admin-password [--password-from-stdin | PASSWORD]
  grafana --version`

func main() {
	args := os.Args[1:]
	// The image has the older names too, as links.
	if command, isAlias := strings.CutPrefix(filepath.Base(os.Args[0]), "grafana-"); isAlias {
		args = append([]string{command}, args...)
	}
	if err := run(args); err != nil {
		fmt.Fprintf(os.Stderr, "Error: ✗ %v\n", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) == 0 {
		return fmt.Errorf("which command?\n%s", usage)
	}
	switch args[0] {
	case "server":
		return server(args[1:])
	case "cli":
		return cli(args[1:])
	case "--version", "-v", "version":
		fmt.Printf("grafana version %s (%s)\n", version, web.Banner)
		return nil
	case "--help", "-h", "help":
		fmt.Println(usage)
		return nil
	}
	return fmt.Errorf("no such command: %s\n%s", args[0], usage)
}

// flags are the options of a command: name -> value.
type flags map[string]string

// parseFlags reads --name=value, --name value and single dashes likewise, up to the first word that is none; names that
// are not in known are refused. A known name whose default is "bool" takes no value.
func parseFlags(args []string, known map[string]string) (flags, []string, error) {
	given := flags{}
	for i := 0; i < len(args); i++ {
		if !strings.HasPrefix(args[i], "-") {
			return given, args[i:], nil
		}
		name, value, hasValue := strings.Cut(strings.TrimLeft(args[i], "-"), "=")
		kind, isKnown := known[name]
		switch {
		case !isKnown:
			return nil, nil, fmt.Errorf("flag provided but not defined: -%s", name)
		case kind == "bool":
			given[name] = "true"
			if hasValue {
				given[name] = value
			}
			continue
		case !hasValue:
			i++
			if i == len(args) {
				return nil, nil, fmt.Errorf("flag needs an argument: -%s", name)
			}
			value = args[i]
		}
		given[name] = value
	}
	return given, nil, nil
}
