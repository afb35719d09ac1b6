//go:build !windows

package main

import (
	"context"
	"fmt"
	"io"
)

// service tells how the system's own service manager is asked: this program changes nothing there by itself.
func service(what, _ string, out io.Writer) error {
	steps := map[string]string{
		"install": "useradd --system --home-dir /var/lib/jiaohao --shell /usr/sbin/nologin jiaohao\n" +
			"jiaohao service unit > /etc/systemd/system/jiaohao.service\nsystemctl daemon-reload\nsystemctl enable --now jiaohao",
		"remove": "systemctl disable --now jiaohao\nrm /etc/systemd/system/jiaohao.service\nsystemctl daemon-reload",
		"status": "systemctl status jiaohao\njournalctl -u jiaohao -n 50",
	}
	_, err := fmt.Fprintf(out, "请以 root 运行 Run as root:\n%s\n", steps[what])
	return err
}

// runService runs the program as a service of Windows; elsewhere service managers start it like anybody.
func runService(func(context.Context, io.Writer) int) (code int, isService bool) { return 0, false }
