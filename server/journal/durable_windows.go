package journal

import "syscall"

// systemFull: ERROR_HANDLE_DISK_FULL and ERROR_DISK_FULL.
var systemFull = []syscall.Errno{39, 112}
