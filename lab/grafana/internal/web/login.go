package web

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"podwatch/lab/grafana/internal/auth"
)

func (s *Server) routeLogin(route router) {
	route("GET /login", public, s.loginPage)
	route("POST /login", public, s.login)
	route("GET /logout", public, s.logout)
	route("GET /api/login/ping", signedIn, func(w http.ResponseWriter, _ *http.Request, _ identity) {
		refuse(w, http.StatusOK, "Logged in")
	})
	route("GET /api/live/ws", viewer, func(w http.ResponseWriter, r *http.Request, _ identity) { s.Live.ServeHTTP(w, r) })
}

func refuseLogin(w http.ResponseWriter, err error) {
	if errors.Is(err, auth.ErrEmpty) {
		refuseWith(w, http.StatusBadRequest, "password-auth.empty", "Invalid username or password")
		return
	}
	// A locked-out user is told the same as one with a wrong password.
	refuseWith(w, http.StatusUnauthorized, "password-auth.failed", "Invalid username or password")
}

func (s *Server) login(w http.ResponseWriter, r *http.Request, _ identity) {
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
	s.setCookie(w, token, expires)
	s.Log.Info("Successful Login", "user", user.Login)
	writeJSON(w, http.StatusOK, object{"message": "Logged in", "redirectUrl": s.redirectAfterLogin(r)})
}

// redirectAfterLogin goes back to the page that was asked for, if it is one of ours.
func (s *Server) redirectAfterLogin(r *http.Request) string {
	home := s.Settings.AppSubURL + "/"
	target := r.URL.Query().Get("redirectTo")
	if !strings.HasPrefix(target, home) || strings.HasPrefix(target, "//") || strings.Contains(target, `\`) {
		return home
	}
	return target
}

func (s *Server) logout(w http.ResponseWriter, r *http.Request, who identity) {
	if who.token != "" {
		if err := s.Auth.EndSession(who.token); err != nil {
			s.Log.Error("failed to revoke auth token", "error", err)
		}
	}
	s.setCookie(w, "", time.Unix(0, 0))
	http.Redirect(w, r, s.Settings.AppSubURL+"/login", http.StatusFound)
}

func (s *Server) setCookie(w http.ResponseWriter, token string, expires time.Time) {
	cookie := &http.Cookie{
		Name: s.Settings.CookieName, Value: token, Path: s.Settings.AppSubURL, HttpOnly: true,
		Secure: s.Settings.CookieSecure, SameSite: http.SameSiteLaxMode, MaxAge: int(time.Until(expires).Seconds()),
	}
	if cookie.Path == "" {
		cookie.Path = "/"
	}
	if token == "" {
		cookie.MaxAge = -1
	}
	http.SetCookie(w, cookie)
}
