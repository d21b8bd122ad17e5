package provisioning

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode"
)

var uidForm = regexp.MustCompile(`^[a-zA-Z0-9_-]+$`)

// AutoUID is the uid of a data source whose file gives none.
func AutoUID(name string) string {
	sum := sha256.Sum256([]byte(name))
	return "P" + strings.ToUpper(fmt.Sprintf("%x", sum)[:16])
}

// CheckUID refuses what Grafana refuses.
func CheckUID(uid string) error {
	switch {
	case len(uid) > 40:
		return errors.New("uid too long, max 40 characters")
	case uid != "" && !uidForm.MatchString(uid):
		return errors.New("uid contains illegal characters")
	}
	return nil
}

// Slug is the readable end of a dashboard's address.
func Slug(title string) string {
	var slug strings.Builder
	dash := false
	for _, r := range strings.ToLower(title) {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_' {
			if dash && slug.Len() > 0 {
				slug.WriteByte('-')
			}
			dash = false
			slug.WriteRune(r)
		} else {
			dash = true
		}
	}
	return slug.String()
}
