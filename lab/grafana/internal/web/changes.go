package web

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"podwatch/lab/grafana/internal/provisioning"
	"podwatch/lab/grafana/internal/store"
)

// change is a request that changes something, for those who have the permission.
type change struct {
	permission string
	handle     handler
}

func (s *Server) changes() map[string]change {
	return map[string]change{
		"POST /api/folders":                               {"folders:create", s.createFolder},
		"PUT /api/folders/{uid}":                          {"folders:write", s.updateFolder},
		"DELETE /api/folders/{uid}":                       {"folders:delete", s.deleteFolder},
		"POST /api/dashboards/db":                         {"dashboards:write", s.saveDashboard},
		"DELETE /api/dashboards/uid/{uid}":                {"dashboards:delete", s.deleteDashboard},
		"POST /api/datasources":                           {"datasources:create", s.createDataSource},
		"PUT /api/datasources/uid/{uid}":                  {"datasources:write", s.updateDataSource},
		"DELETE /api/datasources/uid/{uid}":               {"datasources:delete", s.withSource(s.deleteDataSource)},
		"POST /api/serviceaccounts":                       {"serviceaccounts:create", s.createAccount},
		"POST /api/serviceaccounts/{id}/tokens":           {"serviceaccounts:write", s.createToken},
		"DELETE /api/serviceaccounts/{id}/tokens/{token}": {"serviceaccounts:write", s.deleteToken},
	}
}

// refusal is an answer that says why nothing was changed.
type refusal struct {
	code            int
	status, message string
}

func (r *refusal) Error() string { return r.message }

// answer writes the value, or why there is none.
func (s *Server) answer(w http.ResponseWriter, err error, value object) {
	var why *refusal
	switch {
	case err == nil:
		writeJSON(w, http.StatusOK, value)
	case errors.As(err, &why) && why.status != "":
		refuseStatus(w, why.code, why.status, why.message)
	case errors.As(err, &why):
		refuse(w, why.code, why.message)
	default:
		s.Log.Error("Failed to save", "error", err)
		refuse(w, http.StatusInternalServerError, "Internal Server Error")
	}
}

func folderTitled(state *store.State, title, parent string) *store.Folder {
	return store.Find(state.Folders, func(f *store.Folder) bool {
		return strings.EqualFold(f.Title, title) && f.ParentUID == parent
	})
}

var noFolder = &refusal{http.StatusNotFound, "not-found", "folder not found"}

func (s *Server) updateFolder(w http.ResponseWriter, r *http.Request, _ identity) {
	var form struct {
		Title     string
		Version   int
		Overwrite bool
	}
	if !readJSON(w, r, &form) {
		return
	}
	item := object{}
	err := s.Store.Update(func(state *store.State) error {
		folder := state.Folder(r.PathValue("uid"))
		switch {
		case folder == nil:
			return noFolder
		case !form.Overwrite && form.Version != max(folder.Version, 1):
			return &refusal{http.StatusPreconditionFailed, "version-mismatch", "the folder has been changed by someone else"}
		}
		if other := folderTitled(state, form.Title, folder.ParentUID); other != nil && other != folder {
			return &refusal{http.StatusConflict, "", errSameTitle.Error()}
		}
		folder.Title, folder.Version = form.Title, max(folder.Version, 1)+1
		item = folderItem(folder)
		return nil
	})
	s.answer(w, err, item)
}

// deleteFolder deletes all that is in it, too.
func (s *Server) deleteFolder(w http.ResponseWriter, r *http.Request, _ identity) {
	uid := r.PathValue("uid")
	err := s.Store.Update(func(state *store.State) error {
		if state.Folder(uid) == nil {
			return noFolder
		}
		state.Folders = slices.DeleteFunc(state.Folders, func(f *store.Folder) bool { return f.UID == uid || f.ParentUID == uid })
		state.Dashboards = slices.DeleteFunc(state.Dashboards, func(d *store.Dashboard) bool { return d.FolderUID == uid })
		return nil
	})
	s.answer(w, err, object{"message": "Folder deleted"})
}

func (s *Server) countFolder(w http.ResponseWriter, r *http.Request, _ identity) {
	counts, found := map[string]int{"folder": 0, "dashboard": 0, "librarypanel": 0, "alertrule": 0}, false
	_ = s.Store.View(func(state *store.State) error {
		uid := r.PathValue("uid")
		found = state.Folder(uid) != nil
		for _, folder := range state.Folders {
			if folder.ParentUID == uid {
				counts["folder"]++
			}
		}
		for _, dashboard := range state.Dashboards {
			if dashboard.FolderUID == uid {
				counts["dashboard"]++
			}
		}
		return nil
	})
	if !found {
		refuseStatus(w, http.StatusNotFound, "not-found", "folder not found")
		return
	}
	writeJSON(w, http.StatusOK, counts)
}

var notInSlug = regexp.MustCompile(`[^a-z0-9]+`)

func slug(title string) string {
	return strings.Trim(notInSlug.ReplaceAllString(strings.ToLower(title), "-"), "-")
}

func pathOf(d *store.Dashboard) string { return "/d/" + d.UID + "/" + slug(d.Title) }

func (s *Server) saveDashboard(w http.ResponseWriter, r *http.Request, _ identity) {
	var form struct {
		Dashboard map[string]any
		FolderUID string
		Message   string
		Overwrite bool
	}
	if !readJSON(w, r, &form) {
		return
	}
	saved, err := parseSaved(form.Dashboard, form.Message)
	if err == nil {
		err = s.Store.Update(func(state *store.State) error {
			saved.FolderUID = form.FolderUID
			return save(state, saved, form.Dashboard, form.Overwrite)
		})
	}
	if err != nil {
		s.answer(w, err, nil)
		return
	}
	writeJSON(w, http.StatusOK, object{"id": saved.ID, "uid": saved.UID, "url": pathOf(saved), "status": "success",
		"version": saved.Version, "slug": slug(saved.Title), "folderUid": saved.FolderUID})
}

func parseSaved(content map[string]any, message string) (*store.Dashboard, error) {
	bad := func(message string) error { return &refusal{http.StatusBadRequest, "", message} }
	title, _ := content["title"].(string)
	uid, _ := content["uid"].(string)
	if strings.TrimSpace(title) == "" {
		return nil, &refusal{http.StatusBadRequest, "empty-name", "Dashboard title cannot be empty"}
	}
	if err := provisioning.CheckUID(uid); err != nil {
		return nil, bad(err.Error())
	}
	if len(message) > 500 {
		return nil, bad("message too long, max 500 characters")
	}
	for _, key := range []string{"__inputs", "__requires"} { // an export that nobody has filled in
		if content[key] != nil {
			return nil, bad("The stand-in for Grafana refuses an export with " + key)
		}
	}
	tags := []string{}
	list, _ := content["tags"].([]any)
	for _, tag := range list {
		if text, ok := tag.(string); ok {
			tags = append(tags, text)
		}
	}
	return &store.Dashboard{UID: uid, Title: strings.TrimSpace(title), Tags: tags}, nil
}

// save puts a dashboard in the place of the one with its number or its uid; the version says which one was seen last.
func save(state *store.State, saved *store.Dashboard, content map[string]any, overwrite bool) error {
	if saved.FolderUID != "" && state.Folder(saved.FolderUID) == nil {
		return &refusal{http.StatusBadRequest, "", "folder not found"}
	}
	number, _ := content["id"].(float64)
	version, _ := content["version"].(float64)
	old := state.Dashboard(saved.UID)
	if number != 0 {
		byNumber := store.Find(state.Dashboards, func(d *store.Dashboard) bool { return d.ID == int64(number) })
		if byNumber == nil {
			return &refusal{http.StatusNotFound, "not-found", "Dashboard not found"}
		}
		if old != nil && old != byNumber {
			return &refusal{http.StatusBadRequest, "", "A dashboard with the same uid already exists"}
		}
		old = byNumber
	}
	if state.Folder(saved.UID) != nil {
		return &refusal{http.StatusBadRequest, "", "Dashboard cannot be changed to a folder"}
	}
	switch {
	case old == nil:
		old = &store.Dashboard{ID: state.ID()}
		if saved.UID == "" {
			saved.UID = fmt.Sprintf("standin%07d", old.ID)
		}
	case old.Provider != "":
		return &refusal{http.StatusBadRequest, "", "Cannot save provisioned dashboard"}
	case old.Version != int(version) && !overwrite:
		return &refusal{http.StatusPreconditionFailed, "version-mismatch", "The dashboard has been changed by someone else"}
	}
	// Up to version 10; later ones let two dashboards of a folder have one title.
	same := store.Find(state.Dashboards, func(d *store.Dashboard) bool {
		return d.ID != old.ID && d.FolderUID == saved.FolderUID && strings.EqualFold(d.Title, saved.Title)
	})
	if same != nil {
		return &refusal{http.StatusPreconditionFailed, "name-exists", "A dashboard with the same name in the folder already exists"}
	}
	saved.ID, saved.Version = old.ID, old.Version+1
	delete(content, "id")
	data, err := json.Marshal(content)
	saved.Data = data
	state.Dashboards = append(slices.DeleteFunc(state.Dashboards, func(d *store.Dashboard) bool { return d.ID == saved.ID }), saved)
	return err
}

func (s *Server) deleteDashboard(w http.ResponseWriter, r *http.Request, _ identity) {
	var gone *store.Dashboard
	err := s.Store.Update(func(state *store.State) error {
		gone = state.Dashboard(r.PathValue("uid"))
		switch {
		case gone == nil:
			return &refusal{http.StatusNotFound, "not-found", "Dashboard not found"}
		case gone.Provider != "":
			return &refusal{http.StatusBadRequest, "", "provisioned dashboard cannot be deleted"}
		}
		state.Dashboards = slices.DeleteFunc(state.Dashboards, func(d *store.Dashboard) bool { return d == gone })
		return nil
	})
	if err != nil {
		s.answer(w, err, nil)
		return
	}
	s.answer(w, nil, object{"title": gone.Title, "message": "Dashboard " + gone.Title + " deleted", "id": gone.ID})
}

// sourceForm is a data source as the API takes it.
type sourceForm struct {
	store.DataSource
	SecureJSONData map[string]string `json:"secureJsonData"`
}

func (s *Server) readSource(w http.ResponseWriter, r *http.Request) *sourceForm {
	form := &sourceForm{}
	if !readJSON(w, r, form) {
		return nil
	}
	form.Secure, form.ReadOnly, form.Prunable = nil, false, false // not to be set from outside
	target, err := url.Parse(form.URL)
	switch {
	case form.Name == "" || form.Type == "" || (form.Access != "proxy" && form.Access != "direct"):
		refuse(w, http.StatusBadRequest, "bad request data")
	case err != nil || form.URL != "" && target.Host == "":
		refuse(w, http.StatusBadRequest, "Validation error, invalid URL")
	case provisioning.CheckUID(form.UID) != nil:
		refuse(w, http.StatusBadRequest, "Failed to add datasource: invalid uid")
	default:
		return form
	}
	return nil
}

func (s *Server) seal(into map[string]string, plain map[string]string) error {
	for key, value := range plain {
		sealed, err := store.Seal(s.Settings.Get("security", "secret_key"), value)
		if err != nil {
			return err
		}
		into[key] = sealed
	}
	return nil
}

func (s *Server) createDataSource(w http.ResponseWriter, r *http.Request, _ identity) {
	form := s.readSource(w, r)
	if form == nil {
		return
	}
	made := &form.DataSource
	err := s.Store.Update(func(state *store.State) error {
		for _, other := range state.DataSources {
			if other.Name == made.Name {
				return &refusal{http.StatusConflict, "", "data source with the same name already exists"}
			}
			if other.UID == made.UID {
				return &refusal{http.StatusConflict, "", "data source with the same uid already exists"}
			}
		}
		made.ID, made.Version, made.Secure = state.ID(), 1, map[string]string{}
		if made.UID == "" {
			made.UID = fmt.Sprintf("standin%07d", made.ID)
		}
		onlyDefault(state, made)
		state.DataSources = append(state.DataSources, made)
		return s.seal(made.Secure, form.SecureJSONData)
	})
	s.answerSource(w, err, made, "Datasource added")
}

func (s *Server) updateDataSource(w http.ResponseWriter, r *http.Request, _ identity) {
	form := s.readSource(w, r)
	if form == nil {
		return
	}
	made := &form.DataSource
	err := s.Store.Update(func(state *store.State) error {
		old := store.Find(state.DataSources, func(d *store.DataSource) bool { return d.UID == r.PathValue("uid") })
		switch {
		case old == nil:
			return &refusal{http.StatusNotFound, "", "Data source not found"}
		case old.ReadOnly:
			return &refusal{http.StatusForbidden, "", "Cannot update read-only data source"}
		case made.Version != 0 && old.Version > made.Version:
			return &refusal{http.StatusConflict, "", "Datasource has already been updated by someone else. Please reload and try again"}
		}
		other := store.Find(state.DataSources, func(d *store.DataSource) bool { return d != old && d.Name == made.Name })
		if other != nil {
			return &refusal{http.StatusConflict, "", "Failed to update datasource: data source with the same name already exists"}
		}
		secure := old.Secure // secrets that are not given stay
		if secure == nil {
			secure = map[string]string{}
		}
		id, uid, version := old.ID, old.UID, old.Version
		*old = *made
		old.ID, old.UID, old.Version, old.Secure = id, uid, max(version, made.Version)+1, secure
		made.ID, made.UID, made.Version, made.Secure = old.ID, old.UID, old.Version, secure
		onlyDefault(state, old)
		return s.seal(secure, form.SecureJSONData)
	})
	s.answerSource(w, err, made, "Datasource updated")
}

func onlyDefault(state *store.State, chosen *store.DataSource) {
	for _, other := range state.DataSources {
		other.IsDefault = other.IsDefault && (other.ID == chosen.ID || !chosen.IsDefault)
	}
}

func (s *Server) answerSource(w http.ResponseWriter, err error, source *store.DataSource, message string) {
	item := object{}
	if err == nil {
		item = object{"message": message, "id": source.ID, "name": source.Name, "datasource": describeWhole(source)}
	}
	s.answer(w, err, item)
}

func (s *Server) deleteDataSource(w http.ResponseWriter, _ *http.Request, d *store.DataSource) {
	if d.ReadOnly {
		refuse(w, http.StatusForbidden, "Cannot delete read-only data source")
		return
	}
	err := s.Store.Update(func(state *store.State) error {
		state.DataSources = slices.DeleteFunc(state.DataSources, func(other *store.DataSource) bool { return other.ID == d.ID })
		return nil
	})
	s.answer(w, err, object{"message": "Data source deleted", "id": d.ID})
}
