package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// passwordCommand gives a member of staff a password. It is read from the standard input: as an argument it would stay in
// the shell's history and be seen in the list of processes.
func passwordCommand(ctx context.Context, in invocation) int {
	c, rest, code, ok := in.configured("password", nil)
	if !ok {
		return code
	}
	if len(rest) != 1 {
		fmt.Fprintln(in.stderr, "Usage: jiaohao password STAFF, with the new password as a line on the standard input")
		return 2
	}
	fmt.Fprintf(in.stderr, "新密码 new password of %s: ", rest[0])
	line, err := bufio.NewReader(io.LimitReader(in.stdin, 4096)).ReadString('\n')
	if err != nil && err != io.EOF {
		return in.fail(err)
	}
	ask, err := json.Marshal(map[string]string{"staff": rest[0], "password": strings.TrimRight(line, "\r\n")})
	if err != nil {
		return in.fail(err)
	}
	res, err := control(ctx, c.Data, http.MethodPost, "/passwords", strings.NewReader(string(ask)))
	if err != nil {
		return in.fail(err)
	}
	fmt.Fprintf(in.stdout, "%s: the password is set, open sessions have ended\n", rest[0])
	return closed(in, res.Body)
}

// closed ends a command whose work is done.
func closed(in invocation, c io.Closer) int {
	if err := c.Close(); err != nil {
		return in.fail(err)
	}
	return 0
}
