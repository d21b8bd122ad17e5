package web

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"sort"
	"strconv"
	"strings"

	"podwatch/lab/grafana/internal/provisioning"
	"podwatch/lab/grafana/internal/store"
)

func folderItem(f *store.Folder) object {
	item := object{"id": f.ID, "uid": f.UID, "orgId": 1, "title": f.Title, "version": max(f.Version, 1),
		"url": "/dashboards/f/" + f.UID + "/" + slug(f.Title)}
	if f.ParentUID != "" {
		item["parentUid"] = f.ParentUID
	}
	return item
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

func (s *Server) showFolder(w http.ResponseWriter, r *http.Request, who identity) {
	var found *store.Folder
	_ = s.Store.View(func(state *store.State) error {
		found = state.Folder(r.PathValue("uid"))
		return nil
	})
	if found == nil && who.role != "" && who.role != "Admin" { // rights are looked up by the uid first
		forbid(w, "folders:read")
		return
	}
	if found == nil {
		refuseStatus(w, http.StatusNotFound, "not-found", "folder not found")
		return
	}
	writeJSON(w, http.StatusOK, folderItem(found))
}

var (
	errTaken     = errors.New("a folder/dashboard with the same uid already exists")
	errSameTitle = errors.New("a folder or dashboard in the general folder with the same name already exists")
)

func (s *Server) createFolder(w http.ResponseWriter, r *http.Request, _ identity) {
	var form store.Folder
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
	var made *store.Folder
	err := s.Store.Update(func(state *store.State) error {
		if form.UID != "" && (state.Folder(form.UID) != nil || state.Dashboard(form.UID) != nil) {
			return errTaken
		}
		if folderTitled(state, form.Title, form.ParentUID) != nil {
			return errSameTitle
		}
		made = state.NewFolder(form.UID)
		made.Title, made.ParentUID = form.Title, form.ParentUID
		return nil
	})
	switch {
	case errors.Is(err, errTaken), errors.Is(err, errSameTitle):
		refuse(w, http.StatusConflict, err.Error())
	case err != nil:
		s.Log.Error("Failed to create folder", "error", err)
		refuse(w, http.StatusInternalServerError, "Failed to create folder")
	default:
		writeJSON(w, http.StatusOK, folderItem(made))
	}
}

// search lists dashboards, and folders unless `type` says otherwise, by the words of their titles, and by where they are.
func (s *Server) search(w http.ResponseWriter, r *http.Request, _ identity) {
	ask, items := r.URL.Query(), []object{}
	add := func(kind, title, within string, item object) {
		item["type"], item["title"] = kind, title
		tagged := true
		for _, tag := range ask["tag"] {
			own, _ := item["tags"].([]string)
			tagged = tagged && slices.Contains(own, tag)
		}
		inFolder := !ask.Has("folderUIDs") || slices.Contains(ask["folderUIDs"], within)
		if inFolder && tagged && (ask.Get("type") == "" || ask.Get("type") == kind) && strings.Contains(strings.ToLower(title), strings.ToLower(ask.Get("query"))) {
			items = append(items, item)
		}
	}
	_ = s.Store.View(func(state *store.State) error {
		for _, folder := range state.Folders {
			add("dash-folder", folder.Title, folder.ParentUID, object{"id": folder.ID, "uid": folder.UID})
		}
		for _, dashboard := range state.Dashboards {
			item := object{"id": dashboard.ID, "uid": dashboard.UID, "tags": dashboard.Tags}
			if folder := state.Folder(dashboard.FolderUID); folder != nil {
				item["folderUid"], item["folderTitle"] = folder.UID, folder.Title
			}
			add("dash-db", dashboard.Title, dashboard.FolderUID, item)
		}
		return nil
	})
	sort.SliceStable(items, func(i, j int) bool {
		return items[i]["type"] == items[j]["type"] && items[i]["title"].(string) < items[j]["title"].(string)
	})
	if limit, err := strconv.Atoi(ask.Get("limit")); err == nil && limit > 0 && limit < len(items) {
		items = items[:limit]
	}
	writeJSON(w, http.StatusOK, items)
}

func (s *Server) showDashboard(w http.ResponseWriter, r *http.Request, _ identity) {
	var found *store.Dashboard
	folder := &store.Folder{Title: "Dashboards"}
	_ = s.Store.View(func(state *store.State) error {
		if found = state.Dashboard(r.PathValue("uid")); found != nil && found.FolderUID != "" {
			folder = state.Folder(found.FolderUID)
		}
		return nil
	})
	content := object{}
	if found == nil || json.Unmarshal(found.Data, &content) != nil {
		refuse(w, http.StatusNotFound, "Dashboard not found")
		return
	}
	content["id"], content["uid"], content["version"] = found.ID, found.UID, found.Version
	writeJSON(w, http.StatusOK, object{"dashboard": content, "meta": object{
		"type": "db", "version": found.Version, "folderUid": folder.UID, "folderTitle": folder.Title,
		"provisioned": found.Provider != "", "provisionedExternalId": found.File, "url": pathOf(found),
		"slug": slug(found.Title),
	}})
}
