//go:build !linux

package disk

import "os"

// forgetCached does nothing: these systems have no way to ask for it, and try a failed write again.
func forgetCached(*os.File) error { return nil }
