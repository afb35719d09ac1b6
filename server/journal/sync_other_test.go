//go:build !linux

package journal

import (
	"os"
	"time"
)

func dataSync(f *os.File) error { return f.Sync() }

// processorTime is not known here.
func processorTime() time.Duration { return 0 }
