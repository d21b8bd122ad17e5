package web

import (
	"errors"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"podwatch/lab/grafana/internal/auth"
	"podwatch/lab/grafana/internal/store"
)

// identity is who asks; a zero user is nobody. A service account has a role; the administrator may do everything.
type identity struct {
	user store.User
	role string
}

// signedIn lets in who has an account, and turns others away.
func (s *Server) signedIn(handle handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		who, err := s.identify(r)
		if err == nil && who.user.ID != 0 {
			handle(w, r, who)
			return
		}
		if err == nil && s.anonymous() && forVisitors[r.Pattern] {
			handle(w, r, who)
			return
		}
		if err != nil {
			s.Log.Info("Failed to authenticate request", "remote_addr", remoteAddr(r), "error", err)
		}
		switch {
		case !strings.HasPrefix(r.URL.Path, "/api"):
			target := s.Settings.AppSubURL + r.URL.RequestURI()
			http.Redirect(w, r, s.Settings.AppSubURL+"/login?redirectTo="+url.QueryEscape(target), http.StatusFound)
		case errors.Is(err, auth.ErrFailed), errors.Is(err, auth.ErrBlocked), errors.Is(err, auth.ErrEmpty):
			refuseLogin(w, err)
		case errors.As(err, &tokenError{}):
			refuseToken(w, err)
		default:
			refuseWith(w, http.StatusUnauthorized, "auth.unauthorized", "Unauthorized")
		}
	})
}

// forVisitors is what a visitor without a log-in may ask, whatever the role; in Grafana an Editor or Admin may do more.
var forVisitors = map[string]bool{
	"/": true, "GET /api/live/ws": true, "GET /api/search": true, "GET /api/folders": true, "GET /api/folders/{uid}": true,
	"GET /api/dashboards/uid/{uid}": true, "POST /api/ds/query": true,
}

// anonymous is whether visitors are let in: as in Grafana only to an organization that there is.
func (s *Server) anonymous() bool {
	return s.Settings.Bool("auth.anonymous", "enabled") && s.Settings.Get("auth.anonymous", "org_name") == "Main Org."
}

// identify looks at basic auth, then at the session cookie.
func (s *Server) identify(r *http.Request) (identity, error) {
	if login, password, given := r.BasicAuth(); given && s.Settings.Bool("auth.basic", "enabled") {
		user, err := s.Auth.Password(login, password)
		return identity{user: user}, err
	}
	if token, given := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); given {
		return s.byToken(token, r.Header.Get("X-Grafana-Org-Id"))
	}
	cookie, err := r.Cookie(s.cookieName())
	if err != nil || cookie.Value == "" {
		return identity{}, nil
	}
	user, err := s.Auth.Session(cookie.Value)
	return identity{user: user}, err
}

func (s *Server) cookieName() string { return s.Settings.Get("auth", "login_cookie_name") }

// sameOrigin refuses a browser's request that carries our cookie but comes from another site's page: the host of Origin
// must be that of Host (which a proxy therefore has to pass on) or stand in [security] csrf_trusted_origins.
func (s *Server) sameOrigin(next http.Handler) http.Handler {
	trusted := strings.Fields(s.Settings.Get("security", "csrf_trusted_origins"))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		origin := r.Header.Get("Origin")
		parsed, err := url.Parse(origin)
		foreign := err != nil || (parsed.Hostname() != hostOnly(r.Host) && !slices.Contains(trusted, parsed.Hostname()))
		if _, err := r.Cookie(s.cookieName()); err == nil && origin != "" && foreign {
			s.Log.Warn("origin not allowed", "origin", origin, "host", r.Host)
			http.Error(w, "origin not allowed", http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func hostOnly(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		return name
	}
	return host
}

func remoteAddr(r *http.Request) string {
	if forwarded := r.Header.Get("X-Real-IP"); forwarded != "" {
		return forwarded
	}
	return hostOnly(r.RemoteAddr)
}
