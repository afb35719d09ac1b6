// Package door knows what every handler needs to know about a request at the door: who asks, in which language, under
// which idempotency key, and how a refusal is told. It must never know what the request is about.
package door

import (
	"context"

	"jiaohao/server/hall"
)

// Caller is who makes a request, as the server has established before any handler runs.
type Caller struct {
	Actor    hall.Actor
	Session  string // public name of the staff session, "" for others
	Terminal string // name of the enrolled terminal, "" for others
	Place    string // where the terminal stands: its zone or window
	Address  string // network address without port
	Lang     string // zh or en
	Key      string // Idempotency-Key
	Digest   []byte // of method, path and body under that key
	Say      Sentences
}

// Sentences gives the title and the detail of a refusal in a language, by its code.
type Sentences func(lang, code string, params map[string]any) (title, detail string)

type callerKey struct{}

// With puts the caller into a context.
func With(ctx context.Context, c Caller) context.Context {
	return context.WithValue(ctx, callerKey{}, &c)
}

// Of gives the caller of a request. Outside a request it is a citizen who reads Chinese.
func Of(ctx context.Context) Caller {
	if c, ok := ctx.Value(callerKey{}).(*Caller); ok {
		return *c
	}
	return Caller{Actor: hall.Actor{Kind: hall.Citizen}, Lang: "zh"}
}

// Actor gives who asks, for a command.
func Actor(ctx context.Context) hall.Actor { return Of(ctx).Actor }

// Lang gives the language of the answer, zh or en.
func Lang(ctx context.Context) string { return Of(ctx).Lang }

// IdempotencyKey gives the key under which a command may be repeated and the digest that the repetition must have.
func IdempotencyKey(ctx context.Context) (key string, digest []byte) {
	c := Of(ctx)
	return c.Key, c.Digest
}

// AsCitizen makes the context one of a ticket's holder, whoever's cookies came along: a supervisor who opens the phone
// page of a ticket acts as its citizen.
func AsCitizen(ctx context.Context) context.Context {
	c := Of(ctx)
	c.Actor = hall.Actor{Kind: hall.Citizen}
	return With(ctx, c)
}
