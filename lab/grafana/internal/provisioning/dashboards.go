package provisioning

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"podwatch/lab/grafana/internal/store"
)

// Dashboards keeps the dashboards of all providers as their files are.
type Dashboards struct {
	Dir   string
	Store *store.Store
	Log   *slog.Logger

	mu   sync.Mutex
	stop context.CancelFunc
}

// Apply reads the provider files, loads every provider's dashboards, and goes on watching them until the next Apply or
// until ctx ends.
func (d *Dashboards) Apply(ctx context.Context) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	providers, err := readProviders(d.Dir, d.Log)
	if err != nil {
		return err
	}
	if d.stop != nil {
		d.stop()
	}
	ctx, d.stop = context.WithCancel(ctx)
	if err := d.load(providers); err != nil {
		return err
	}
	for _, provider := range providers {
		go d.poll(ctx, providers, provider.UpdateSeconds)
	}
	return nil
}

func (d *Dashboards) poll(ctx context.Context, providers []*provider, seconds int) {
	ticker := time.NewTicker(time.Duration(seconds) * time.Second)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		d.mu.Lock()
		if ctx.Err() == nil {
			if err := d.load(providers); err != nil {
				d.Log.Error("failed to search for dashboards", "error", err)
			}
		}
		d.mu.Unlock()
	}
}

// load brings the store in line with the files of all providers.
func (d *Dashboards) load(providers []*provider) error {
	found, broken := map[string][]*store.Dashboard{}, map[string]bool{}
	frozen := map[string]bool{} // nothing of these providers is changed
	for _, provider := range providers {
		dashboards, err := d.read(provider, broken)
		if errors.Is(err, os.ErrNotExist) { // the directory may appear later
			d.Log.Warn("Failed to provision config", "name", provider.Name, "error", err)
			frozen[provider.Name] = true
		} else if err != nil {
			return fmt.Errorf("failed to provision config %v: %w", provider.Name, err)
		}
		found[provider.Name] = dashboards
	}
	d.freezeDuplicates(found, frozen)
	return d.Store.Update(func(state *store.State) error {
		kept := []*store.Dashboard{}
		for _, old := range state.Dashboards {
			if old.Provider == "" && !provided(found, old.UID) || frozen[old.Provider] || broken[filepath.Join(old.Provider, old.File)] {
				kept = append(kept, old)
			}
		}
		for _, provider := range providers {
			if frozen[provider.Name] {
				continue
			}
			folder := folderNamed(state, provider)
			for _, dashboard := range found[provider.Name] {
				dashboard.FolderUID = folder
				keepNumbers(state, dashboard)
				kept = append(kept, dashboard)
			}
		}
		state.Dashboards = kept
		return nil
	})
}

// provided tells whether a file takes the place of a dashboard that was saved by the API.
func provided(found map[string][]*store.Dashboard, uid string) bool {
	for _, dashboards := range found {
		if store.Find(dashboards, func(d *store.Dashboard) bool { return d.UID == uid }) != nil {
			return true
		}
	}
	return false
}

// read parses the files of one provider; a broken one is logged, and its dashboard stays as it was.
func (d *Dashboards) read(provider *provider, broken map[string]bool) ([]*store.Dashboard, error) {
	// Resolved anew each time, so that a symbolic link may be swapped to another directory.
	root, err := filepath.EvalSymlinks(provider.path)
	if err != nil {
		return nil, err
	}
	dashboards := []*store.Dashboard{}
	return dashboards, filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case path != root && entry.IsDir() && strings.HasPrefix(entry.Name(), "."):
			return filepath.SkipDir
		case entry.IsDir() || !strings.HasSuffix(entry.Name(), ".json"):
			return nil
		}
		dashboard, err := parse(path)
		name, _ := filepath.Rel(root, path)
		if err != nil {
			d.Log.Error("failed to load dashboard from ", "file", path, "error", err)
			broken[filepath.Join(provider.Name, name)] = true
			return nil
		}
		dashboard.Provider, dashboard.File = provider.Name, name
		dashboards = append(dashboards, dashboard)
		return nil
	})
}

func parse(file string) (*store.Dashboard, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var content map[string]any
	if err := json.Unmarshal(text, &content); err != nil {
		return nil, err
	}
	delete(content, "id") // numbers belong to the data base
	title, _ := content["title"].(string)
	uid, _ := content["uid"].(string)
	if strings.TrimSpace(title) == "" {
		return nil, errors.New("Dashboard title cannot be empty") //nolint:staticcheck // Grafana's own words
	}
	if err := CheckUID(uid); err != nil {
		return nil, err
	}
	data, err := json.Marshal(content)
	return &store.Dashboard{UID: uid, Title: strings.TrimSpace(title), Tags: tags(content), Data: data}, err
}

func tags(content map[string]any) []string {
	tags := []string{}
	list, _ := content["tags"].([]any)
	for _, tag := range list {
		if text, ok := tag.(string); ok {
			tags = append(tags, text)
		}
	}
	return tags
}

// freezeDuplicates finds the providers that have a uid, or a title in a folder, that occurs twice: as in Grafana they
// write nothing more until the files are mended.
func (d *Dashboards) freezeDuplicates(found map[string][]*store.Dashboard, frozen map[string]bool) {
	owners := map[string]string{}
	for name, dashboards := range found {
		for _, dashboard := range dashboards {
			for _, key := range []string{"uid " + dashboard.UID, "title " + name + "/" + dashboard.Title} {
				if owner, taken := owners[key]; taken && key != "uid " {
					d.Log.Warn("the same UID or title is used more than once: its providers have no database write permissions",
						"what", key, "providers", name+" "+owner)
					frozen[name], frozen[owner] = true, true
				}
				owners[key] = name
			}
		}
	}
}

// keepNumbers gives a dashboard the number, the uid and the version that it had before, and a new version if it changed.
func keepNumbers(state *store.State, dashboard *store.Dashboard) {
	old := store.Find(state.Dashboards, func(d *store.Dashboard) bool {
		return (dashboard.UID != "" && d.UID == dashboard.UID) || (d.Provider == dashboard.Provider && d.File == dashboard.File)
	})
	if old == nil {
		old = &store.Dashboard{ID: state.ID()}
		old.UID = fmt.Sprintf("standin%07d", old.ID)
	}
	dashboard.ID, dashboard.Version = old.ID, old.Version
	if dashboard.UID == "" {
		dashboard.UID = old.UID
	}
	if string(old.Data) != string(dashboard.Data) {
		dashboard.Version++
	}
}

// folderNamed finds or makes the folder of a provider; its uid is empty where the provider names none.
func folderNamed(state *store.State, provider *provider) string {
	if provider.Folder == "" {
		return ""
	}
	folder := store.Find(state.Folders, func(f *store.Folder) bool {
		return f.UID == provider.FolderUID || (f.Title == provider.Folder && f.ParentUID == "")
	})
	if folder == nil {
		folder = state.NewFolder(provider.FolderUID)
	}
	folder.Title = provider.Folder
	return folder.UID
}
