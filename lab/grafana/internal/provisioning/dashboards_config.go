package provisioning

import (
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"podwatch/lab/grafana/internal/logfmt"
)

// Provider is one entry of <provisioning>/dashboards/*.yaml.
type Provider struct {
	Name           string `yaml:"name"`
	Type           string `yaml:"type"`
	OrgID          int64  `yaml:"orgId"`
	Folder         string `yaml:"folder"`
	FolderUID      string `yaml:"folderUid"`
	Editable       bool   `yaml:"editable"`
	Options        map[string]any
	DisableDelete  bool `yaml:"disableDeletion"`
	UpdateSeconds  int  `yaml:"updateIntervalSeconds"`
	AllowUIUpdates bool `yaml:"allowUiUpdates"`

	path              string
	foldersFromLayout bool
}

func (p *Provider) interval() time.Duration { return time.Duration(p.UpdateSeconds) * time.Second }

type dashboardsFile struct {
	APIVersion int         `yaml:"apiVersion"`
	Providers  []*Provider `yaml:"providers"`
}

// readProviders reads and checks all provider files.
func readProviders(dir string, log *logfmt.Logger) ([]*Provider, error) {
	names, err := yamlFiles(dir)
	if err != nil {
		log.Error("can't read dashboard provisioning files from directory", "path", dir, "error", err)
		return nil, nil
	}
	all, seen := []*Provider{}, map[string]bool{}
	for _, name := range names {
		file := &dashboardsFile{}
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
	warnSharedFolderUID(all, log)
	return all, nil
}

func (p *Provider) check() error {
	if p.OrgID > 1 {
		return errors.New("organization not found")
	}
	if p.Type != "" && p.Type != "file" {
		return fmt.Errorf("type %s is not supported", p.Type)
	}
	if p.UpdateSeconds <= 0 {
		p.UpdateSeconds = 10
	}
	path, ok := p.Options["path"].(string)
	if !ok {
		if path, ok = p.Options["folder"].(string); !ok { // the outdated spelling
			return errors.New("failed to load dashboards, path param is not a string")
		}
	}
	p.path = path
	p.foldersFromLayout, _ = p.Options["foldersFromFilesStructure"].(bool)
	if p.foldersFromLayout && (p.Folder != "" || p.FolderUID != "") {
		return errors.New("'folder' and 'folderUID' should be empty using 'foldersFromFilesStructure' option")
	}
	return CheckUID(p.FolderUID)
}

func warnSharedFolderUID(providers []*Provider, log *logfmt.Logger) {
	used := map[string]int{}
	for _, provider := range providers {
		if provider.FolderUID != "" {
			used[provider.FolderUID]++
		}
	}
	for uid, times := range used {
		if times > 1 {
			log.Error("the same folder UID is used more than once", "folderUid", uid)
		}
	}
}
