package provisioning

import (
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"

	"podwatch/lab/grafana/internal/store"
)

// ErrTooManyDefaults is Grafana's own sentence.
var ErrTooManyDefaults = errors.New("datasource.yaml config is invalid. Only one datasource per organization can be marked as default")

type dataSourceFile struct {
	APIVersion  int                `yaml:"apiVersion"`
	Prune       bool               `yaml:"prune"`
	DataSources []*dataSourceEntry `yaml:"datasources"`
	Delete      []struct {
		Name  string `yaml:"name"`
		OrgID int64  `yaml:"orgId"`
	} `yaml:"deleteDatasources"`
}

type dataSourceEntry struct {
	store.DataSource `yaml:",inline"`
	OrgID            int64             `yaml:"orgId"`
	Editable         bool              `yaml:"editable"`
	SecureJSONData   map[string]string `yaml:"secureJsonData"`
}

// DataSources applies <provisioning>/datasources; nothing is changed unless every file is good.
type DataSources struct {
	Dir       string
	SecretKey string
	Store     *store.Store
	Log       *slog.Logger
}

// Apply reads all files, checks them, then deletes, adds and updates.
func (d *DataSources) Apply() error {
	files := []*dataSourceFile{}
	for _, name := range yamlFiles(d.Dir, d.Log) {
		file := &dataSourceFile{}
		if err := readYAML(name, file); err != nil {
			return fmt.Errorf("%s: %w", filepath.Base(name), err)
		}
		if file.APIVersion == 0 && (len(file.DataSources) > 0 || len(file.Delete) > 0) {
			return fmt.Errorf("%s: apiVersion is missing; write apiVersion: 1 (the stand-in does not read the outdated form)", filepath.Base(name))
		}
		files = append(files, file)
	}
	if err := check(files, d.Log); err != nil {
		return err
	}
	return d.Store.Update(func(state *store.State) error { return d.save(state, files) })
}

func check(files []*dataSourceFile, log *slog.Logger) error {
	defaults := 0
	for _, file := range files {
		for _, entry := range file.DataSources {
			if err := checkEntry(entry, log); err != nil {
				return fmt.Errorf("failed to provision %q data source: %w", entry.Name, err)
			}
			entry.Prunable = file.Prune
			if entry.IsDefault {
				defaults++
			}
			if defaults > 1 {
				return ErrTooManyDefaults
			}
		}
	}
	return nil
}

// checkEntry is stricter than Grafana about name, type and url: Grafana takes an entry without them and the failure
// shows only when the data source is used, which no deployment wants.
func checkEntry(entry *dataSourceEntry, log *slog.Logger) error {
	switch {
	case entry.OrgID > 1:
		return errors.New("organization not found")
	case entry.Name == "":
		return errors.New("name is missing")
	case len(entry.Name) > 190:
		return errors.New("max length is 190 for name")
	case entry.Type == "":
		return errors.New("type is missing")
	case (entry.Type == "prometheus" || entry.Type == "influxdb") && entry.URL == "":
		return errors.New("url is missing")
	case len(entry.URL) > 255:
		return errors.New("max length is 255 for url")
	}
	if entry.Access != "proxy" && entry.Access != "direct" {
		if entry.Access != "" {
			log.Warn("invalid access value, will use 'proxy' instead", "value", entry.Access)
		}
		entry.Access = "proxy"
	}
	if entry.UID == "" {
		entry.UID = AutoUID(entry.Name)
	}
	return CheckUID(entry.UID)
}

func (d *DataSources) save(state *store.State, files []*dataSourceFile) error {
	wanted := map[string]bool{}
	for _, file := range files {
		for _, entry := range file.DataSources {
			wanted[entry.Name] = true
		}
	}
	for _, source := range slices.Clone(state.DataSources) {
		if source.Prunable && !wanted[source.Name] {
			d.remove(state, source.Name)
		}
	}
	for _, file := range files {
		for _, gone := range file.Delete {
			d.remove(state, gone.Name)
		}
	}
	for _, file := range files {
		for _, entry := range file.DataSources {
			if err := d.upsert(state, entry); err != nil {
				return err
			}
		}
	}
	return nil
}

func (d *DataSources) remove(state *store.State, name string) {
	state.DataSources = slices.DeleteFunc(state.DataSources, func(source *store.DataSource) bool {
		if source.Name == name {
			d.Log.Info("deleted datasource based on configuration", "name", name)
		}
		return source.Name == name
	})
}

func (d *DataSources) upsert(state *store.State, entry *dataSourceEntry) error {
	other := store.Find(state.DataSources, func(s *store.DataSource) bool { return s.UID == entry.UID && s.Name != entry.Name })
	if other != nil {
		return fmt.Errorf("data source with the same uid already exists: %q has uid %s, which %q wants", other.Name, entry.UID, entry.Name)
	}
	source := store.Find(state.DataSources, func(s *store.DataSource) bool { return s.Name == entry.Name })
	if source == nil {
		d.Log.Info("inserting datasource from configuration", "name", entry.Name, "uid", entry.UID)
		source = &store.DataSource{ID: state.ID()}
		state.DataSources = append(state.DataSources, source)
	}
	for _, other := range state.DataSources {
		other.IsDefault = other.IsDefault && !entry.IsDefault
	}
	id, version := source.ID, source.Version+1
	*source = entry.DataSource
	source.ID, source.Version, source.ReadOnly, source.Secure = id, version, !entry.Editable, map[string]string{}
	for key, value := range entry.SecureJSONData {
		sealed, err := store.Seal(d.SecretKey, value)
		if err != nil {
			return err
		}
		source.Secure[key] = sealed
	}
	return nil
}
