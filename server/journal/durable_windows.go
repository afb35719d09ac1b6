package journal

import "syscall"

// systemFull: ERROR_HANDLE_DISK_FULL and ERROR_DISK_FULL.
var systemFull = []syscall.Errno{39, 112}

// syncDir does nothing: Windows has no way to sync a folder, NTFS journals names by itself.
func syncDir(string) error { return nil }
