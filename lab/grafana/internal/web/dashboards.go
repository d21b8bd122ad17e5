package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"podwatch/lab/grafana/internal/provisioning"
	"podwatch/lab/grafana/internal/store"
)

func (s *Server) routeDashboards(route router) {
	route("GET /api/dashboards/uid/{uid}", viewer, s.showDashboard)
	route("DELETE /api/dashboards/uid/{uid}", editor, s.deleteDashboard)
	route("POST /api/dashboards/db", editor, s.saveDashboard)
}

func (s *Server) dashboardURL(d *store.Dashboard) string {
	return s.Settings.AppSubURL + "/d/" + d.UID + "/" + provisioning.Slug(d.Title)
}

func (s *Server) showDashboard(w http.ResponseWriter, r *http.Request, who identity) {
	var found store.Dashboard
	var folder store.Folder
	err := s.Store.View(func(state *store.State) error {
		dashboard := state.Dashboard(r.PathValue("uid"))
		if dashboard == nil {
			return errNoDashboard
		}
		found = *dashboard
		if in := state.Folder(dashboard.FolderUID); in != nil {
			folder = *in
		}
		return nil
	})
	content := object{}
	if err == nil {
		err = json.Unmarshal(found.Data, &content)
	}
	if err != nil {
		refuse(w, http.StatusNotFound, "Dashboard not found")
		return
	}
	content["id"], content["uid"], content["version"] = found.ID, found.UID, found.Version
	writeJSON(w, http.StatusOK, object{"meta": s.meta(&found, &folder, who), "dashboard": content})
}

var errNoDashboard = fmt.Errorf("dashboard not found")

func (s *Server) meta(d *store.Dashboard, folder *store.Folder, who identity) object {
	locked := d.Provider != "" && !s.Dashboards.UIUpdates()[d.Provider]
	external, folderURL, folderTitle := "", "", "Dashboards"
	if d.Provider != "" {
		external = s.Dashboards.ExternalID(d.Provider, d.File)
	}
	if folder.UID != "" {
		folderTitle, folderURL = folder.Title, s.folderURL(folder)
	}
	return object{
		"type": "db", "canSave": who.may(editor), "canEdit": who.may(editor), "canAdmin": who.may(admin),
		"canDelete": who.may(editor), "canStar": who.user.ID != 0, "slug": provisioning.Slug(d.Title), "url": s.dashboardURL(d),
		"expires": "0001-01-01T00:00:00Z", "created": d.Created.Format(time.RFC3339), "updated": d.Updated.Format(time.RFC3339),
		"updatedBy": "Anonymous", "createdBy": "Anonymous", "version": d.Version, "hasAcl": false, "isFolder": false,
		"folderId": folder.ID, "folderUid": d.FolderUID, "folderTitle": folderTitle, "folderUrl": folderURL,
		"provisioned": locked, "provisionedExternalId": external, "apiVersion": "v1beta1",
	}
}

type saveRequest struct {
	Dashboard map[string]any `json:"dashboard"`
	FolderUID string         `json:"folderUid"`
	Overwrite bool           `json:"overwrite"`
}

func (s *Server) saveDashboard(w http.ResponseWriter, r *http.Request, _ identity) {
	var request saveRequest
	if !readJSON(w, r, &request) {
		return
	}
	title, _ := request.Dashboard["title"].(string)
	uid, _ := request.Dashboard["uid"].(string)
	if strings.TrimSpace(title) == "" {
		refuse(w, http.StatusBadRequest, "Dashboard title cannot be empty")
		return
	}
	if err := provisioning.CheckUID(uid); err != nil {
		refuse(w, http.StatusBadRequest, err.Error())
		return
	}
	allowed := s.Dashboards.UIUpdates()
	var saved store.Dashboard
	var problem *apiProblem
	err := s.Store.Update(func(state *store.State) error {
		dashboard, refusal := applySave(state, request, title, uid, allowed)
		if refusal != nil {
			problem = refusal
			return errNoDashboard
		}
		saved = *dashboard
		return nil
	})
	switch {
	case problem != nil:
		writeJSON(w, problem.status, problem.body)
	case err != nil:
		s.Log.Error("Failed to save dashboard", "error", err)
		refuse(w, http.StatusInternalServerError, "Failed to save dashboard")
	default:
		writeJSON(w, http.StatusOK, object{"status": "success", "id": saved.ID, "uid": saved.UID, "url": s.dashboardURL(&saved),
			"slug": provisioning.Slug(saved.Title), "version": saved.Version, "folderUid": saved.FolderUID})
	}
}

type apiProblem struct {
	status int
	body   object
}

func applySave(state *store.State, request saveRequest, title, uid string, allowed map[string]bool) (*store.Dashboard, *apiProblem) {
	if request.FolderUID != "" && state.Folder(request.FolderUID) == nil {
		return nil, &apiProblem{http.StatusBadRequest, object{"message": "folder not found"}}
	}
	dashboard := state.Dashboard(uid)
	if uid == "" {
		dashboard = nil
	}
	switch {
	case dashboard == nil:
		id := state.ID()
		if uid == "" {
			uid = fmt.Sprintf("standin%07d", id)
		}
		dashboard = &store.Dashboard{ID: id, UID: uid, Created: time.Now().UTC()}
		state.Dashboards = append(state.Dashboards, dashboard)
	case dashboard.Provider != "" && !allowed[dashboard.Provider]:
		return nil, &apiProblem{http.StatusBadRequest, object{"message": "Cannot save provisioned dashboard"}}
	case !request.Overwrite && request.Dashboard["version"] != float64(dashboard.Version):
		return nil, &apiProblem{http.StatusPreconditionFailed, object{"status": "version-mismatch",
			"message": "The dashboard has been changed by someone else"}}
	}
	delete(request.Dashboard, "id")
	data, err := json.Marshal(request.Dashboard)
	if err != nil {
		return nil, &apiProblem{http.StatusBadRequest, object{"message": "bad request data"}}
	}
	dashboard.Title, dashboard.Tags, dashboard.FolderUID = title, provisioning.Tags(request.Dashboard), request.FolderUID
	dashboard.Data, dashboard.Updated = data, time.Now().UTC()
	dashboard.Version++
	return dashboard, nil
}

func (s *Server) deleteDashboard(w http.ResponseWriter, r *http.Request, _ identity) {
	var title string
	problem := &apiProblem{http.StatusNotFound, object{"message": "Dashboard not found"}}
	err := s.Store.Update(func(state *store.State) error {
		for i, dashboard := range state.Dashboards {
			if dashboard.UID != r.PathValue("uid") {
				continue
			}
			if dashboard.Provider != "" {
				problem = &apiProblem{http.StatusBadRequest, object{"message": "provisioned dashboard cannot be deleted"}}
				return errNoDashboard
			}
			title = dashboard.Title
			state.Dashboards = append(state.Dashboards[:i], state.Dashboards[i+1:]...)
			return nil
		}
		return errNoDashboard
	})
	if err != nil {
		writeJSON(w, problem.status, problem.body)
		return
	}
	writeJSON(w, http.StatusOK, object{"title": title, "message": "Dashboard " + title + " deleted", "uid": r.PathValue("uid")})
}
