package provisioning

import (
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
)

// provider is one entry of <provisioning>/dashboards/*.yaml.
type provider struct {
	Name           string         `yaml:"name"`
	Type           string         `yaml:"type"`
	OrgID          int64          `yaml:"orgId"`
	Folder         string         `yaml:"folder"`
	FolderUID      string         `yaml:"folderUid"`
	Options        map[string]any `yaml:"options"`
	DisableDelete  bool           `yaml:"disableDeletion"`
	UpdateSeconds  int            `yaml:"updateIntervalSeconds"`
	AllowUIUpdates bool           `yaml:"allowUiUpdates"`

	path string
}

type providersFile struct {
	APIVersion int         `yaml:"apiVersion"`
	Providers  []*provider `yaml:"providers"`
}

// readProviders reads and checks all provider files.
func readProviders(dir string, log *slog.Logger) ([]*provider, error) {
	all, seen := []*provider{}, map[string]bool{}
	for _, name := range yamlFiles(dir, log) {
		file := &providersFile{}
		if err := readYAML(name, file); err != nil {
			return nil, fmt.Errorf("could not parse provisioning config file: %s error: %w", filepath.Base(name), err)
		}
		if file.APIVersion == 0 && len(file.Providers) > 0 {
			return nil, fmt.Errorf("could not parse provisioning config file: %s error: apiVersion is missing; write apiVersion: 1", filepath.Base(name))
		}
		for _, provider := range file.Providers {
			if seen[provider.Name] {
				return nil, fmt.Errorf("dashboard name %q is not unique", provider.Name)
			}
			seen[provider.Name] = true
			if err := provider.check(); err != nil {
				return nil, fmt.Errorf("failed to provision dashboards with %q reader: %w", provider.Name, err)
			}
			all = append(all, provider)
		}
	}
	return all, nil
}

func (p *provider) check() error {
	path, isText := p.Options["path"].(string)
	layout, _ := p.Options["foldersFromFilesStructure"].(bool)
	switch {
	case p.OrgID > 1:
		return errors.New("organization not found")
	case p.Type != "" && p.Type != "file":
		return fmt.Errorf("type %s is not supported", p.Type)
	case !isText:
		return errors.New("failed to load dashboards, path param is not a string")
	case layout, p.DisableDelete, p.AllowUIUpdates:
		return errors.New("the stand-in has no foldersFromFilesStructure, disableDeletion or allowUiUpdates")
	}
	if p.UpdateSeconds <= 0 {
		p.UpdateSeconds = 10
	}
	p.path = path
	return CheckUID(p.FolderUID)
}
