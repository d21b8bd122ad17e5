package store

import (
	"encoding/json"
	"fmt"
	"time"
)

// State is everything that survives a restart; the file on disk is its JSON.
type State struct {
	StandIn     string        `json:"standIn"`
	NextID      int64         `json:"nextId"`
	Users       []*User       `json:"users"`
	Sessions    []Session     `json:"sessions"`
	Attempts    []Attempt     `json:"loginAttempts"`
	DataSources []*DataSource `json:"dataSources"`
	Folders     []*Folder     `json:"folders"`
	Dashboards  []*Dashboard  `json:"dashboards"`
	Accounts    []*Account    `json:"serviceAccounts"`
}

// User is an account; only the hash of its password is kept.
type User struct {
	ID       int64  `json:"id"`
	Login    string `json:"login"`
	Email    string `json:"email"`
	Salt     string `json:"salt"`
	Password string `json:"password"`
}

// Account is a service account with its tokens.
type Account struct {
	ID     int64    `json:"id"`
	Name   string   `json:"name"`
	Role   string   `json:"role"`
	Tokens []*Token `json:"tokens"`
}

// Token lets a program in as its service account; only its hash is kept. A zero time means that it does not expire.
type Token struct {
	ID      int64     `json:"id"`
	Name    string    `json:"name"`
	Hash    string    `json:"hash"`
	Expires time.Time `json:"expires"`
}

// Session is a login by cookie; only the hash of the cookie is kept.
type Session struct {
	UserID  int64     `json:"userId"`
	Hash    string    `json:"hash"`
	Expires time.Time `json:"expires"`
}

// Attempt is one login that failed.
type Attempt struct {
	Login string    `json:"login"`
	At    time.Time `json:"at"`
}

// DataSource has the fields of provisioning files; Secure holds sealed values.
type DataSource struct {
	ID              int64             `json:"id" yaml:"-"`
	UID             string            `json:"uid" yaml:"uid"`
	Name            string            `json:"name" yaml:"name"`
	Type            string            `json:"type" yaml:"type"`
	Access          string            `json:"access" yaml:"access"`
	URL             string            `json:"url" yaml:"url"`
	User            string            `json:"user" yaml:"user"`
	Database        string            `json:"database" yaml:"database"`
	BasicAuth       bool              `json:"basicAuth" yaml:"basicAuth"`
	BasicAuthUser   string            `json:"basicAuthUser" yaml:"basicAuthUser"`
	WithCredentials bool              `json:"withCredentials" yaml:"withCredentials"`
	IsDefault       bool              `json:"isDefault" yaml:"isDefault"`
	JSONData        map[string]any    `json:"jsonData" yaml:"jsonData"`
	Secure          map[string]string `json:"secure" yaml:"-"`
	ReadOnly        bool              `json:"readOnly" yaml:"-"`
	Prunable        bool              `json:"prunable" yaml:"-"`
	Version         int               `json:"version" yaml:"-"`
}

// Folder holds dashboards; ParentUID is empty at the top.
type Folder struct {
	ID        int64  `json:"id"`
	UID       string `json:"uid"`
	Title     string `json:"title"`
	ParentUID string `json:"parentUid"`
	Version   int    `json:"version"`
}

// Dashboard is the JSON of a dashboard, and where it came from; one that was saved by the API has no provider.
type Dashboard struct {
	ID        int64           `json:"id"`
	UID       string          `json:"uid"`
	Title     string          `json:"title"`
	FolderUID string          `json:"folderUid"`
	Tags      []string        `json:"tags"`
	Version   int             `json:"version"`
	Data      json.RawMessage `json:"data"`
	Provider  string          `json:"provider,omitempty"`
	File      string          `json:"file,omitempty"` // relative to the provider's directory
}

// ID hands out the next number.
func (s *State) ID() int64 {
	s.NextID++
	return s.NextID
}

// Find is the first that matches; nil when none does.
func Find[T any](items []*T, match func(*T) bool) *T {
	for _, item := range items {
		if match(item) {
			return item
		}
	}
	return nil
}

// User finds an account by login, e-mail or number; nil when there is none.
func (s *State) User(login string, id int64) *User {
	return Find(s.Users, func(u *User) bool {
		return u.ID == id || (login != "" && (u.Login == login || u.Email == login))
	})
}

// Folder finds by uid; nil when there is none.
func (s *State) Folder(uid string) *Folder {
	return Find(s.Folders, func(f *Folder) bool { return f.UID == uid })
}

// NewFolder adds a folder; one without a uid gets one.
func (s *State) NewFolder(uid string) *Folder {
	folder := &Folder{ID: s.ID(), UID: uid, Version: 1}
	if uid == "" {
		folder.UID = fmt.Sprintf("folder%08d", folder.ID)
	}
	s.Folders = append(s.Folders, folder)
	return folder
}

// Dashboard finds by uid; nil when there is none.
func (s *State) Dashboard(uid string) *Dashboard {
	return Find(s.Dashboards, func(d *Dashboard) bool { return d.UID == uid })
}
