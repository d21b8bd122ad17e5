package settings

import (
	"fmt"
	"os"
	"regexp"
	"strings"
)

// values holds section -> key -> value; the keys before the first section header belong to section "".
type values map[string]map[string]string

func (v values) set(section, key, value string) {
	if v[section] == nil {
		v[section] = map[string]string{}
	}
	v[section][key] = value
}

// parseInto adds the lines of an ini file; later values win.
func (v values) parseInto(name, text string) error {
	section := ""
	for number, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		switch {
		case line == "" || strings.HasPrefix(line, ";") || strings.HasPrefix(line, "#"):
		case strings.HasPrefix(line, "["):
			if !strings.HasSuffix(line, "]") {
				return fmt.Errorf("%s:%d: unclosed section: %s", name, number+1, line)
			}
			section = strings.TrimSpace(line[1 : len(line)-1])
		default:
			key, value, found := strings.Cut(line, "=")
			if !found {
				return fmt.Errorf("%s:%d: key-value delimiter not found: %s", name, number+1, strings.TrimSpace(key))
			}
			v.set(section, strings.TrimSpace(key), unquote(strings.TrimSpace(value)))
		}
	}
	return nil
}

func unquote(value string) string {
	for _, mark := range []string{`"""`, `"`, "`", "'"} {
		if len(value) >= 2*len(mark) && strings.HasPrefix(value, mark) && strings.HasSuffix(value, mark) {
			return value[len(mark) : len(value)-len(mark)]
		}
	}
	return value
}

var expansion = regexp.MustCompile(`\$(|__\w+)\{([^}]+)\}`)

// Expand replaces ${NAME}, $__env{NAME} and $__file{PATH}, as Grafana does in its ini file and in provisioning values.
func Expand(text string) (string, error) {
	var failure error
	result := expansion.ReplaceAllStringFunc(text, func(match string) string {
		parts := expansion.FindStringSubmatch(match)
		switch parts[1] {
		case "", "__env":
			if parts[2] == "HOSTNAME" && os.Getenv("HOSTNAME") == "" {
				host, _ := os.Hostname()
				return host
			}
			return os.Getenv(parts[2])
		case "__file":
			content, err := os.ReadFile(parts[2])
			if err != nil {
				failure = err
				return ""
			}
			return strings.TrimSpace(string(content))
		default:
			failure = fmt.Errorf("unknown expander %q (the stand-in knows $__env and $__file)", "$"+parts[1])
			return ""
		}
	})
	return result, failure
}

// envName is the variable that overrides a key: GF_<SECTION>_<KEY>.
func envName(section, key string) string {
	name := "GF_" + key
	if section != "" {
		name = "GF_" + section + "_" + key
	}
	return strings.ToUpper(strings.NewReplacer(".", "_", "-", "_").Replace(name))
}
