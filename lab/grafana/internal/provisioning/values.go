// Package provisioning applies the files under the provisioning path, refusing what Grafana refuses.
package provisioning

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"gopkg.in/yaml.v3"

	"podwatch/lab/grafana/internal/settings"
)

// freeForm are the keys below which values keep the type they have in the file.
var freeForm = map[string]bool{"jsonData": true, "secureJsonData": true, "options": true}

// readYAML decodes one provisioning file, with $VAR, ${VAR}, $__env{} and $__file{} replaced in its values.
func readYAML(file string, into any) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var root yaml.Node
	if err := yaml.Unmarshal(text, &root); err != nil {
		return err
	}
	if root.Kind == 0 { // an empty file
		return nil
	}
	if err := interpolate(&root, false); err != nil {
		return err
	}
	return root.Decode(into)
}

func interpolate(node *yaml.Node, keepType bool) error {
	switch node.Kind {
	case yaml.ScalarNode:
		return interpolateScalar(node, keepType)
	case yaml.MappingNode:
		for i := 0; i+1 < len(node.Content); i += 2 {
			if err := interpolate(node.Content[i+1], keepType || freeForm[node.Content[i].Value]); err != nil {
				return err
			}
		}
	case yaml.DocumentNode, yaml.SequenceNode:
		for _, child := range node.Content {
			if err := interpolate(child, keepType); err != nil {
				return err
			}
		}
	}
	return nil
}

func interpolateScalar(node *yaml.Node, keepType bool) error {
	if !strings.Contains(node.Value, "$") {
		return nil
	}
	parts := strings.Split(node.Value, "$$") // a doubled dollar is a literal one
	for i, part := range parts {
		expanded, err := settings.Expand(part)
		if err != nil {
			return fmt.Errorf("failed to interpolate value '%s': %w", node.Value, err)
		}
		parts[i] = os.ExpandEnv(expanded)
	}
	node.Value = strings.Join(parts, "$")
	if !keepType {
		node.Tag, node.Style = "", 0 // so that "true" from a variable can fill a boolean
	}
	return nil
}

// yamlFiles lists the provisioning files of one kind; a directory that is not there holds none.
func yamlFiles(dir string, log *slog.Logger) []string {
	entries, err := os.ReadDir(dir)
	if err != nil {
		log.Error("can't read provisioning files from directory", "path", dir, "error", err)
	}
	files := []string{}
	for _, entry := range entries {
		if name := entry.Name(); strings.HasSuffix(name, ".yaml") || strings.HasSuffix(name, ".yml") {
			files = append(files, filepath.Join(dir, name))
		}
	}
	return files
}

// CheckOnly reads the files of a kind that the stand-in does not act on, so that a broken one is refused all the same.
func CheckOnly(dir string, log *slog.Logger) error {
	for _, name := range yamlFiles(dir, log) {
		var content map[string]any
		if err := readYAML(name, &content); err != nil {
			return fmt.Errorf("%s: %w", filepath.Base(name), err)
		}
		log.Warn("the stand-in checks this file's YAML but does not act on it", "file", name)
	}
	return nil
}
