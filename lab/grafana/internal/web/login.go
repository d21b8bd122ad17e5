package web

import (
	"errors"
	"net/http"
	"time"

	"podwatch/lab/grafana/internal/auth"
)

func refuseLogin(w http.ResponseWriter, err error) {
	if errors.Is(err, auth.ErrEmpty) {
		refuseWith(w, http.StatusBadRequest, "password-auth.empty", "Invalid username or password")
		return
	}
	// A locked-out user is told the same as one with a wrong password.
	refuseWith(w, http.StatusUnauthorized, "password-auth.failed", "Invalid username or password")
}

func (s *Server) login(w http.ResponseWriter, r *http.Request) {
	var form struct {
		User     string `json:"user"`
		Password string `json:"password"`
	}
	if !readJSON(w, r, &form) {
		return
	}
	user, err := s.Auth.Password(form.User, form.Password)
	if err != nil {
		s.Log.Error("Invalid username or password", "error", err, "remote_addr", remoteAddr(r))
		refuseLogin(w, err)
		return
	}
	token, expires, err := s.Auth.NewSession(user.ID)
	if err != nil {
		s.Log.Error("Failed to create session", "error", err)
		refuse(w, http.StatusInternalServerError, "Internal Server Error")
		return
	}
	path := s.Settings.AppSubURL
	if path == "" {
		path = "/"
	}
	http.SetCookie(w, &http.Cookie{Name: s.cookieName(), Value: token, Path: path, MaxAge: int(time.Until(expires).Seconds()),
		HttpOnly: true, Secure: s.Settings.Bool("security", "cookie_secure"), SameSite: s.sameSite()})
	s.Log.Info("Successful Login", "user", user.Login)
	writeJSON(w, http.StatusOK, object{"message": "Logged in", "redirectUrl": s.Settings.AppSubURL + "/"})
}

func (s *Server) sameSite() http.SameSite {
	switch s.Settings.Get("security", "cookie_samesite") {
	case "strict":
		return http.SameSiteStrictMode
	case "none":
		return http.SameSiteNoneMode
	case "disabled":
		return http.SameSiteDefaultMode
	}
	return http.SameSiteLaxMode
}

func (s *Server) currentUser(w http.ResponseWriter, _ *http.Request, who identity) {
	writeJSON(w, http.StatusOK, object{"id": who.user.ID, "email": who.user.Email, "login": who.user.Login, "name": "",
		"orgId": 1, "isGrafanaAdmin": true, "isDisabled": false})
}
