//go:build !linux

package bench

import "errors"

// device is unknown here.
type device struct{}

func deviceOf(string) (device, bool) { return device{}, false }

func (device) written() (int64, error) { return 0, errors.ErrUnsupported }

func fileBytes() (int64, bool) { return 0, false }

func resident() (int64, bool) { return 0, false }
