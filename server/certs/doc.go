// Package certs knows the certificates under which browsers reach a hall: one that the operator brings, or one from a small
// authority of the hall's own, made at the first start. It must never know what is said over the connections.
package certs
