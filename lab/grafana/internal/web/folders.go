package web

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sort"
	"strconv"
	"strings"

	"podwatch/lab/grafana/internal/provisioning"
	"podwatch/lab/grafana/internal/store"
)

func (s *Server) routeFolders(route router) {
	route("GET /api/folders", viewer, s.listFolders)
	route("GET /api/folders/{uid}", viewer, s.showFolder)
	route("POST /api/folders", editor, s.createFolder)
	route("GET /api/search", viewer, s.search)
}

func (s *Server) folderURL(f *store.Folder) string {
	return s.Settings.AppSubURL + "/dashboards/f/" + f.UID + "/" + provisioning.Slug(f.Title)
}

func (s *Server) listFolders(w http.ResponseWriter, r *http.Request, _ identity) {
	list, parent := []object{}, r.URL.Query().Get("parentUid")
	_ = s.Store.View(func(state *store.State) error {
		for _, folder := range state.Folders {
			if folder.ParentUID == parent {
				list = append(list, object{"id": folder.ID, "uid": folder.UID, "title": folder.Title})
			}
		}
		return nil
	})
	writeJSON(w, http.StatusOK, list)
}

func (s *Server) showFolder(w http.ResponseWriter, r *http.Request, _ identity) {
	var found *store.Folder
	_ = s.Store.View(func(state *store.State) error {
		if folder := state.Folder(r.PathValue("uid")); folder != nil {
			found = &store.Folder{ID: folder.ID, UID: folder.UID, Title: folder.Title, ParentUID: folder.ParentUID}
		}
		return nil
	})
	if found == nil {
		refuse(w, http.StatusNotFound, "folder not found")
		return
	}
	writeJSON(w, http.StatusOK, s.folderItem(found))
}

func (s *Server) folderItem(f *store.Folder) object {
	item := object{"id": f.ID, "uid": f.UID, "orgId": 1, "title": f.Title, "url": s.folderURL(f), "version": 1}
	if f.ParentUID != "" {
		item["parentUid"] = f.ParentUID
	}
	return item
}

var errTaken = errors.New("taken")

func (s *Server) createFolder(w http.ResponseWriter, r *http.Request, _ identity) {
	var form struct {
		UID       string `json:"uid"`
		Title     string `json:"title"`
		ParentUID string `json:"parentUid"`
	}
	if !readJSON(w, r, &form) {
		return
	}
	if strings.TrimSpace(form.Title) == "" {
		refuse(w, http.StatusBadRequest, "folder title cannot be empty")
		return
	}
	if err := provisioning.CheckUID(form.UID); err != nil {
		refuse(w, http.StatusBadRequest, err.Error())
		return
	}
	made := store.Folder{UID: form.UID, Title: form.Title, ParentUID: form.ParentUID}
	err := s.Store.Update(func(state *store.State) error {
		if form.UID != "" && state.Folder(form.UID) != nil {
			return errTaken
		}
		made.ID = state.ID()
		if made.UID == "" {
			made.UID = fmt.Sprintf("folder%08d", made.ID)
		}
		kept := made
		state.Folders = append(state.Folders, &kept)
		return nil
	})
	switch {
	case errors.Is(err, errTaken):
		refuse(w, http.StatusConflict, "a folder with the same uid already exists")
		return
	case err != nil:
		s.Log.Error("Failed to create folder", "error", err)
		refuse(w, http.StatusInternalServerError, "Failed to create folder")
		return
	}
	writeJSON(w, http.StatusOK, s.folderItem(&made))
}

// search lists folders and dashboards, by title, tag, type, folder or uid.
func (s *Server) search(w http.ResponseWriter, r *http.Request, _ identity) {
	items := []object{}
	_ = s.Store.View(func(state *store.State) error {
		items = s.searchState(state, r)
		return nil
	})
	if limit, err := strconv.Atoi(r.URL.Query().Get("limit")); err == nil && limit > 0 && limit < len(items) {
		items = items[:limit]
	}
	writeJSON(w, http.StatusOK, items)
}

func (s *Server) searchState(state *store.State, r *http.Request) []object {
	ask := r.URL.Query()
	kind, words := ask.Get("type"), strings.ToLower(ask.Get("query"))
	folders := append(ask["folderUIDs"], ask["folderUid"]...)
	wanted := func(title string) bool { return strings.Contains(strings.ToLower(title), words) }
	items := []object{}
	if kind != "dash-db" && len(ask["tag"]) == 0 && len(ask["dashboardUIDs"]) == 0 && len(folders) == 0 {
		for _, folder := range state.Folders {
			if wanted(folder.Title) {
				items = append(items, object{"id": folder.ID, "uid": folder.UID, "orgId": 1, "title": folder.Title,
					"uri": "db/" + provisioning.Slug(folder.Title), "url": s.folderURL(folder), "slug": "", "type": "dash-folder",
					"tags": []string{}, "isStarred": false, "sortMeta": 0, "isDeleted": false})
			}
		}
	}
	if kind != "dash-folder" {
		for _, dashboard := range state.Dashboards {
			if !wanted(dashboard.Title) || !contains(dashboard.Tags, ask["tag"]) ||
				(len(ask["dashboardUIDs"]) > 0 && !slices.Contains(ask["dashboardUIDs"], dashboard.UID)) ||
				(len(folders) > 0 && !inFolders(folders, dashboard.FolderUID)) {
				continue
			}
			items = append(items, s.searchItem(state, dashboard))
		}
	}
	sort.SliceStable(items, func(i, j int) bool {
		if items[i]["type"] != items[j]["type"] {
			return items[i]["type"] == "dash-folder"
		}
		return items[i]["title"].(string) < items[j]["title"].(string)
	})
	return items
}

func inFolders(folders []string, uid string) bool {
	if uid == "" {
		uid = "general" // Grafana's name for "in no folder"
	}
	return slices.Contains(folders, uid)
}

func contains(have, want []string) bool {
	for _, tag := range want {
		if !slices.Contains(have, tag) {
			return false
		}
	}
	return true
}

func (s *Server) searchItem(state *store.State, d *store.Dashboard) object {
	item := object{"id": d.ID, "uid": d.UID, "orgId": 1, "title": d.Title, "uri": "db/" + provisioning.Slug(d.Title),
		"url": s.dashboardURL(d), "slug": "", "type": "dash-db", "tags": d.Tags, "isStarred": false, "sortMeta": 0, "isDeleted": false}
	if folder := state.Folder(d.FolderUID); folder != nil {
		item["folderId"], item["folderUid"], item["folderTitle"], item["folderUrl"] = folder.ID, folder.UID, folder.Title, s.folderURL(folder)
	}
	return item
}
