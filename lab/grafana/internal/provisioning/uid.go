package provisioning

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"regexp"
	"strings"
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
