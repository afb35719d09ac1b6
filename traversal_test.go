package main

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// ways out of a folder, as a file's name in an address.
var waysOut = []string{"../config.yaml", "../../../../../../etc/passwd", "..%2f..%2f..%2fetc%2fpasswd", "%2e%2e/%2e%2e/etc/passwd", "..%5c..%5cconfig.yaml", "..\\..\\config.yaml",
	"....//....//etc/passwd", "/etc/passwd", "%2fetc%2fpasswd", "css/../../../go.mod", "sounds/..%00/../config.yaml", "%c0%ae%c0%ae/etc/passwd", "C:%5cWindows%5cwin.ini", "data/auth.db", "%2e%2e%2fdata%2fauth.db"}

// folders are the addresses behind which files lie.
var folders = []string{"/assets/", "/assets/sounds/", "/assets/fonts/", "/home/page/", "/kiosk/page/", "/kiosk/phone/", "/display/page/", "/counter/page/", "/supervisor/page/"}

// TestNoFileNameLeadsOut asks for files outside of what is served by every trick of names, also in the parts of addresses that are names of
// other things: nothing of the machine or of the data folder is ever sent, and nothing fails.
func TestNoFileNameLeadsOut(t *testing.T) {
	p := startProcess(t, t.TempDir(), "127.0.0.1:0")
	asked := 0
	for _, folder := range folders {
		for _, name := range waysOut {
			refuses(t, p, folder+name)
			asked++
		}
	}
	for _, form := range []string{"/t/%s", "/api/v1/tickets/%s/slip.pdf", "/api/v1/day/%s/closing.pdf", "/problems/%s", "/enrol/%s"} {
		for _, name := range waysOut {
			refuses(t, p, fmt.Sprintf(form, name))
			asked++
		}
	}
	if status, body := rawGet(t, p, "/assets/css/base.css"); status != 200 || !strings.Contains(body, "{") {
		t.Errorf("a file that is served: %d", status)
	}
	p.stop(t)
	t.Logf("counts: traversal asked=%d sent=0", asked)
}

func refuses(t *testing.T, p *process, path string) {
	t.Helper()
	status, body := rawGet(t, p, path)
	if status >= 500 || strings.Contains(body, "root:") || strings.Contains(body, "jiaohao\n\ngo 1") || strings.Contains(body, "plan:\n  hall:") || strings.Contains(body, "argon2id") {
		t.Errorf("%s: %d %.80q", path, status, body)
	}
	if folder := strings.HasPrefix(path, "/assets/") || strings.Contains(path, "/page/"); folder && status == http.StatusOK {
		t.Errorf("%s is sent: %.80q", path, body)
	}
}

// rawGet sends a path as it is: Go's own client would put it in order.
func rawGet(t *testing.T, p *process, path string) (status int, body string) {
	t.Helper()
	c, err := net.Dial("tcp", strings.TrimPrefix(p.Base, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.SetDeadline(time.Now().Add(5 * time.Second)); err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(c, "GET %s HTTP/1.1\r\nHost: hall\r\nConnection: close\r\n\r\n", strings.ReplaceAll(path, " ", "%20")) // what is not sent shows as no answer
	res, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	defer res.Body.Close()
	var text strings.Builder
	if _, err := bufio.NewReader(res.Body).WriteTo(&text); err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, text.String()
}
