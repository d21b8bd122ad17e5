package provisioning

import (
	"crypto/md5"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"time"

	"podwatch/lab/grafana/internal/logfmt"
	"podwatch/lab/grafana/internal/store"
)

// reader loads the dashboards of one provider.
type reader struct {
	provider *Provider
	store    *store.Store
	log      *logfmt.Logger
	uids     map[string]int
	titles   map[titleInFolder]int
	// frozen: other dashboards with the same uid or title exist; nothing is written until that is mended.
	frozen bool
}

type titleInFolder struct{ folder, title string }

// parsed is one dashboard file.
type parsed struct {
	file, uid, title, checksum string
	folder                     []string // titles from the top; empty means no folder
	tags                       []string
	data                       json.RawMessage
}

// walk brings the store in line with the files.
func (r *reader) walk() error {
	// Resolved anew each time, so that a symbolic link may be swapped to another directory.
	root, err := filepath.EvalSymlinks(r.provider.path)
	if err != nil {
		return err
	}
	files, err := dashboardFiles(root)
	if err != nil {
		return err
	}
	r.uids, r.titles = map[string]int{}, map[titleInFolder]int{}
	found := []*parsed{}
	for _, file := range files {
		dashboard, err := r.parse(root, file)
		if err != nil {
			r.log.Error("failed to load dashboard from ", "file", file, "error", err)
			continue
		}
		if dashboard.uid != "" {
			r.uids[dashboard.uid]++
		}
		r.titles[titleInFolder{strings.Join(dashboard.folder, "/"), dashboard.title}]++
		found = append(found, dashboard)
	}
	if r.frozen {
		return nil
	}
	return r.store.Update(func(state *store.State) error { return r.save(state, root, files, found) })
}

func dashboardFiles(root string) ([]string, error) {
	files := []string{}
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case path != root && entry.IsDir() && strings.HasPrefix(entry.Name(), "."):
			return filepath.SkipDir
		case !entry.IsDir() && strings.HasSuffix(entry.Name(), ".json"):
			files = append(files, path)
		}
		return nil
	})
	sort.Strings(files)
	return files, err
}

func (r *reader) parse(root, file string) (*parsed, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var content map[string]any
	if err := json.Unmarshal(text, &content); err != nil {
		return nil, err
	}
	delete(content, "id") // numbers belong to the data base
	dashboard := &parsed{file: file}
	dashboard.title, _ = content["title"].(string)
	dashboard.title = strings.TrimSpace(dashboard.title)
	dashboard.uid, _ = content["uid"].(string)
	if dashboard.title == "" {
		return nil, errors.New("Dashboard title cannot be empty") //nolint:staticcheck // Grafana's own words
	}
	if err := CheckUID(dashboard.uid); err != nil {
		return nil, err
	}
	dashboard.tags = Tags(content)
	sum := md5.Sum(text)
	dashboard.checksum = hex.EncodeToString(sum[:])
	dashboard.folder = r.folderOf(root, file)
	dashboard.data, err = json.Marshal(content)
	return dashboard, err
}

func (r *reader) folderOf(root, file string) []string {
	if !r.provider.foldersFromLayout {
		if r.provider.Folder == "" {
			return nil
		}
		return []string{r.provider.Folder}
	}
	relative, err := filepath.Rel(root, filepath.Dir(file))
	if err != nil || relative == "." {
		return nil
	}
	return strings.Split(relative, string(filepath.Separator))
}

func (r *reader) save(state *store.State, root string, files []string, found []*parsed) error {
	r.forgetMissing(state, root, files)
	for _, dashboard := range found {
		folder, err := r.folder(state, dashboard.folder)
		if err != nil {
			return err
		}
		if err := r.upsert(state, dashboard, folder); err != nil {
			r.log.Error("failed to save dashboard", "file", dashboard.file, "error", err)
		}
	}
	return nil
}

// forgetMissing drops the dashboards whose files are gone; with disableDeletion they stay, as ordinary ones.
func (r *reader) forgetMissing(state *store.State, root string, files []string) {
	present := map[string]bool{}
	for _, file := range files {
		present[file] = true
	}
	kept := []*store.Dashboard{}
	for _, dashboard := range state.Dashboards {
		if dashboard.Provider == r.provider.Name && !present[dashboard.File] {
			if r.provider.DisableDelete {
				dashboard.Provider, dashboard.File, dashboard.Checksum = "", "", ""
			} else if !r.movedWithRoot(dashboard, root, present) {
				r.log.Debug("deleting provisioned dashboard, missing on disk", "id", dashboard.ID)
				continue
			}
		}
		kept = append(kept, dashboard)
	}
	state.Dashboards = kept
}

// movedWithRoot keeps number and version of a dashboard when the directory behind a symbolic link was swapped.
func (r *reader) movedWithRoot(dashboard *store.Dashboard, root string, present map[string]bool) bool {
	for directory, rest := filepath.Dir(dashboard.File), filepath.Base(dashboard.File); directory != "/" && directory != "."; directory, rest = filepath.Dir(directory), filepath.Join(filepath.Base(directory), rest) {
		if candidate := filepath.Join(root, rest); present[candidate] {
			dashboard.File = candidate
			return true
		}
	}
	return false
}

func (r *reader) upsert(state *store.State, in *parsed, folderUID string) error {
	dashboard := r.existing(state, in)
	if dashboard != nil && dashboard.Provider == r.provider.Name && dashboard.Checksum == in.checksum &&
		dashboard.FolderUID == folderUID {
		return nil
	}
	if dashboard == nil {
		dashboard = &store.Dashboard{ID: state.ID(), UID: in.uid, Created: time.Now().UTC()}
		if dashboard.UID == "" {
			dashboard.UID = fmt.Sprintf("standin%07d", dashboard.ID)
		}
		state.Dashboards = append(state.Dashboards, dashboard)
	} else if in.uid != "" && dashboard.UID != in.uid {
		dashboard.UID = in.uid
	}
	dashboard.Title, dashboard.Tags, dashboard.Data = in.title, in.tags, in.data
	dashboard.Provider, dashboard.File, dashboard.Checksum = r.provider.Name, in.file, in.checksum
	dashboard.FolderUID, dashboard.Updated = folderUID, time.Now().UTC()
	dashboard.Version++
	return nil
}

// existing is the dashboard that a file stands for: the one loaded from it before, else the one with its uid.
func (r *reader) existing(state *store.State, in *parsed) *store.Dashboard {
	for _, dashboard := range state.Dashboards {
		if dashboard.Provider == r.provider.Name && dashboard.File == in.file {
			return dashboard
		}
	}
	if in.uid == "" {
		return nil
	}
	return state.Dashboard(in.uid)
}

// folder finds or makes the folder, with its parents.
func (r *reader) folder(state *store.State, titles []string) (string, error) {
	parent := ""
	for depth, title := range titles {
		var found *store.Folder
		for _, folder := range state.Folders {
			if folder.Title == title && folder.ParentUID == parent {
				found = folder
			}
		}
		if r.provider.FolderUID != "" && depth == 0 {
			if byUID := state.Folder(r.provider.FolderUID); byUID != nil {
				byUID.Title = title
				found = byUID
			}
		}
		if found == nil {
			found = &store.Folder{ID: state.ID(), UID: r.provider.FolderUID, Title: title, ParentUID: parent}
			if found.UID == "" {
				found.UID = fmt.Sprintf("folder%08d", found.ID)
			}
			state.Folders = append(state.Folders, found)
		}
		parent = found.UID
	}
	return parent, nil
}

// Tags reads a dashboard's tags.
func Tags(content map[string]any) []string {
	tags := []string{}
	list, _ := content["tags"].([]any)
	for _, tag := range list {
		if text, ok := tag.(string); ok {
			tags = append(tags, text)
		}
	}
	return tags
}
