package provisioning

import (
	"fmt"
	"path/filepath"

	"podwatch/lab/grafana/internal/logfmt"
)

// CheckOnly reads the files of a kind that the stand-in does not act on, so that a broken one is refused all the same.
func CheckOnly(dir string, log *logfmt.Logger) error {
	names, err := yamlFiles(dir)
	if err != nil {
		log.Debug("can't read provisioning files from directory", "path", dir, "error", err)
		return nil
	}
	for _, name := range names {
		var content map[string]any
		if err := readYAML(name, &content); err != nil {
			return fmt.Errorf("%s: %w", filepath.Base(name), err)
		}
		log.Warn("the stand-in checks this file's YAML but does not act on it", "file", name)
	}
	return nil
}
