package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"vigie/internal/cx"
	"vigie/internal/people"
)

type userCmd struct {
	Add  userAddCmd  `cmd:"" help:"Add a user; the password is read from the terminal or standard input."`
	List userListCmd `cmd:"" help:"List users."`
	Link userLinkCmd `cmd:"" help:"Print a link that signs a user in once, within a day."`
}

type userAddCmd struct {
	Email string `arg:"" help:"E-mail, which is also the name to sign in with."`
	Role  string `required:"" help:"administrator, director, committee, manager, adviser, analyst, marketing, relay or dpo."`
	Unit  string `help:"Key of the unit whose people this user may see."`
	Name  string `help:"Name shown."`
	Agent string `help:"Key of the adviser in feedback."`
	Lang  string `help:"fr or en." enum:"fr,en," default:""`
}

// Run adds a user.
func (c userAddCmd) Run(ctx context.Context, e *environment) error {
	password, err := readPassword(e)
	if err != nil {
		return err
	}
	f, err := e.functions(ctx)
	if err != nil {
		return err
	}
	defer f.close()
	u := people.NewUser{Email: c.Email, Name: c.Name, Role: people.Role(c.Role), Unit: cx.UnitID(c.Unit), Agent: c.Agent, Lang: c.Lang, Password: password}
	if u.Name == "" {
		u.Name, _, _ = strings.Cut(c.Email, "@")
	}
	var id int64
	if err := f.call("AddUser", u, &id); err != nil {
		return err
	}
	fmt.Println(e.lang.T("cmd.user_added", "email", c.Email, "role", c.Role))
	return nil
}

// readPassword asks without echo on a terminal and reads one line elsewhere.
func readPassword(e *environment) (string, error) {
	if fd := int(os.Stdin.Fd()); term.IsTerminal(fd) {
		fmt.Fprint(os.Stderr, e.lang.T("cmd.password"))
		b, err := term.ReadPassword(fd)
		fmt.Fprintln(os.Stderr)
		return string(b), err
	}
	line, err := bufio.NewReader(os.Stdin).ReadString('\n')
	if err != nil && err != io.EOF {
		return "", err
	}
	line = strings.TrimRight(line, "\r\n")
	if line == "" {
		return "", cx.Fail(cx.Invalid, "password", "cmd.password_missing")
	}
	return line, nil
}

type userLinkCmd struct {
	Email string `arg:"" help:"E-mail of the user."`
}

// Run prints the link alone on standard output, on the address the server listens on.
func (c userLinkCmd) Run(ctx context.Context, e *environment) error {
	f, err := e.functions(ctx)
	if err != nil {
		return err
	}
	defer f.close()
	var token string
	if err := f.call("EntryLink", c.Email, &token); err != nil {
		return err
	}
	fmt.Println("http://" + e.Listen + "/enter/" + token)
	return nil
}

type userListCmd struct{}

// Run lists users.
func (userListCmd) Run(ctx context.Context, e *environment) error {
	f, err := e.functions(ctx)
	if err != nil {
		return err
	}
	defer f.close()
	var users []people.User
	if err := f.call("Users", struct{}{}, &users); err != nil {
		return err
	}
	for _, u := range users {
		fmt.Printf("%s\t%s\t%s\t%s\n", u.Email, u.Role, u.Unit, u.Name)
	}
	return nil
}

type keyCmd struct {
	Add    keyAddCmd    `cmd:"" help:"Make an API key and print it, once."`
	List   keyListCmd   `cmd:"" help:"List API keys."`
	Revoke keyRevokeCmd `cmd:"" help:"Revoke an API key."`
}

type keyAddCmd struct {
	Name string `arg:"" help:"What the key is for."`
	Role string `required:"" help:"The role that says what the key may do (administrator, director, analyst…)."`
	Unit string `help:"Key of the unit whose people this key may see."`
}

// Run prints the key alone on standard output, so that a script may take it.
func (c keyAddCmd) Run(ctx context.Context, e *environment) error {
	f, err := e.functions(ctx)
	if err != nil {
		return err
	}
	defer f.close()
	var secret string
	if err := f.call("AddKey", KeyArgs{Name: c.Name, Role: c.Role, Unit: c.Unit}, &secret); err != nil {
		return err
	}
	fmt.Fprintln(os.Stderr, e.lang.T("cmd.key_once"))
	fmt.Println(secret)
	return nil
}

type keyListCmd struct{}

// Run lists keys without their secrets.
func (keyListCmd) Run(ctx context.Context, e *environment) error {
	f, err := e.functions(ctx)
	if err != nil {
		return err
	}
	defer f.close()
	var keys []people.Key
	if err := f.call("Keys", struct{}{}, &keys); err != nil {
		return err
	}
	for _, k := range keys {
		state := ""
		if !k.Revoked.IsZero() {
			state = e.lang.T("cmd.key_revoked")
		}
		fmt.Printf("%d\t%s\t%s\t%s\t%s\n", k.ID, k.Name, k.Role, k.Unit, state)
	}
	return nil
}

type keyRevokeCmd struct {
	ID int64 `arg:"" help:"Number of the key, as listed."`
}

// Run revokes; the key is refused from the next request on.
func (c keyRevokeCmd) Run(ctx context.Context, e *environment) error {
	f, err := e.functions(ctx)
	if err != nil {
		return err
	}
	defer f.close()
	return f.call("RevokeKey", c.ID, &struct{}{})
}
