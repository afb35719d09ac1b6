// Package gate knows how much of the server one address, one terminal or one ticket may take: connections, and requests in
// a time. It must never know what is asked for or who asks; its keys are words of whoever uses it.
package gate
