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

// identity is who asks; role is empty for nobody.
type identity struct {
	user      store.User
	role      string
	anonymous bool
	token     string
}

var ranks = map[string]int{"": 0, "None": 0, "Viewer": 1, "Editor": 2, "Admin": 3}

func (i identity) may(need access) bool {
	switch need {
	case public:
		return true
	case viewer:
		return ranks[i.role] >= 1
	case signedIn:
		return i.user.ID != 0
	case editor:
		return ranks[i.role] >= 2
	case admin:
		return ranks[i.role] >= 3
	default:
		return i.user.IsAdmin
	}
}

// guard finds out who asks and lets in whom the route admits.
func (s *Server) guard(need access, handle handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		who, err := s.identify(r)
		if err != nil && need != public {
			s.Log.Info("Failed to authenticate request", "remote_addr", remoteAddr(r), "error", err)
			s.turnAway(w, r, err)
			return
		}
		switch {
		case who.may(need):
			handle(w, r, who)
		case who.role == "" || (need == signedIn && who.anonymous):
			s.turnAway(w, r, nil)
		case isAPI(r):
			writeJSON(w, http.StatusForbidden, object{"accessErrorId": "", "title": "Access denied",
				"message": "You'll need additional permissions to perform this action."})
		default:
			http.Redirect(w, r, s.Settings.AppSubURL+"/", http.StatusFound)
		}
	})
}

func (s *Server) turnAway(w http.ResponseWriter, r *http.Request, err error) {
	switch {
	case !isAPI(r):
		target := s.Settings.AppSubURL + r.URL.RequestURI()
		http.Redirect(w, r, s.Settings.AppSubURL+"/login?redirectTo="+url.QueryEscape(target), http.StatusFound)
	case errors.Is(err, auth.ErrFailed), errors.Is(err, auth.ErrBlocked), errors.Is(err, auth.ErrEmpty):
		refuseLogin(w, err)
	default:
		writeJSON(w, http.StatusUnauthorized, object{"extra": nil, "message": "Unauthorized",
			"messageId": "auth.unauthorized", "statusCode": http.StatusUnauthorized, "traceID": ""})
	}
}

func isAPI(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, "/api") }

// identify looks at basic auth, then at the session cookie, then at [auth.anonymous].
func (s *Server) identify(r *http.Request) (identity, error) {
	if login, password, given := r.BasicAuth(); given && s.Settings.BasicAuthEnabled {
		user, err := s.Auth.Password(login, password)
		return identity{user: user, role: user.Role}, err
	}
	if strings.HasPrefix(r.Header.Get("Authorization"), "Bearer ") {
		return identity{}, errors.New("the stand-in knows no API keys or service accounts")
	}
	if cookie, err := r.Cookie(s.Settings.CookieName); err == nil && cookie.Value != "" {
		user, err := s.Auth.Session(cookie.Value)
		if err == nil || s.Settings.AnonymousRole == "" {
			return identity{user: user, role: user.Role, token: cookie.Value}, err
		}
	}
	return identity{role: s.Settings.AnonymousRole, anonymous: s.Settings.AnonymousRole != ""}, nil
}

// sameOrigin refuses a browser's request that carries our cookie but comes from another site's page: the host of Origin
// must be that of Host (which a proxy therefore has to pass on) or stand in [security] csrf_trusted_origins.
func (s *Server) sameOrigin(next http.Handler) http.Handler {
	trusted := strings.Fields(s.Settings.Get("security", "csrf_trusted_origins"))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		origin := r.Header.Get("Origin")
		if _, err := r.Cookie(s.Settings.CookieName); err != nil || origin == "" {
			next.ServeHTTP(w, r)
			return
		}
		parsed, err := url.Parse(origin)
		if err != nil || (parsed.Hostname() != hostOnly(r.Host) && !slices.Contains(trusted, parsed.Hostname())) {
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
