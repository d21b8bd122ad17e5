package web

import (
	"net/http"
	"strconv"

	"podwatch/lab/grafana/internal/auth"
)

func (s *Server) routeUsers(route router) {
	route("GET /api/user", signedIn, s.currentUser)
	route("PUT /api/user/password", signedIn, s.changeOwnPassword)
	route("PUT /api/admin/users/{id}/password", grafanaAdmin, s.changeUserPassword)
	route("GET /api/org", viewer, func(w http.ResponseWriter, _ *http.Request, _ identity) {
		writeJSON(w, http.StatusOK, object{"id": 1, "name": "Main Org.", "address": object{}})
	})
	route("GET /api/orgs", grafanaAdmin, func(w http.ResponseWriter, _ *http.Request, _ identity) {
		writeJSON(w, http.StatusOK, []object{{"id": 1, "name": "Main Org."}})
	})
}

func (s *Server) currentUser(w http.ResponseWriter, _ *http.Request, who identity) {
	writeJSON(w, http.StatusOK, object{
		"id": who.user.ID, "uid": "user" + strconv.FormatInt(who.user.ID, 10), "email": who.user.Email,
		"name": "", "login": who.user.Login, "theme": "", "orgId": 1, "isGrafanaAdmin": who.user.IsAdmin,
		"isDisabled": false, "isExternal": false, "authLabels": []string{},
	})
}

func (s *Server) changeOwnPassword(w http.ResponseWriter, r *http.Request, who identity) {
	var form struct {
		Old string `json:"oldPassword"`
		New string `json:"newPassword"`
	}
	if !readJSON(w, r, &form) {
		return
	}
	if _, err := s.Auth.Password(who.user.Login, form.Old); err != nil {
		refuse(w, http.StatusUnauthorized, "Invalid old password")
		return
	}
	s.setPassword(w, who.user.ID, form.New, false, "User password changed")
}

func (s *Server) changeUserPassword(w http.ResponseWriter, r *http.Request, _ identity) {
	var form struct {
		Password string `json:"password"`
	}
	if !readJSON(w, r, &form) {
		return
	}
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		refuse(w, http.StatusBadRequest, "id is invalid")
		return
	}
	s.setPassword(w, id, form.Password, true, "User password updated")
}

func (s *Server) setPassword(w http.ResponseWriter, id int64, password string, revoke bool, done string) {
	if auth.IsWeak(password) {
		refuse(w, http.StatusBadRequest, "New password is too short")
		return
	}
	if err := s.Auth.ChangePassword(id, password, revoke); err != nil {
		s.Log.Error("Failed to update user password", "error", err)
		refuse(w, http.StatusInternalServerError, "Failed to update user password")
		return
	}
	refuse(w, http.StatusOK, done)
}
