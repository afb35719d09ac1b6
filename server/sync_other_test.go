//go:build !linux

package server

import (
	"os"
	"time"
)

func syncData(f *os.File) error { return f.Sync() }

// processorTime is not known here.
func processorTime() time.Duration { return 0 }
