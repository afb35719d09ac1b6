// Package power knows what must hold after a power loss: of each file that the program keeps, that what was said to be safe
// is there. It must never know how a file is laid out; it opens each as the program does.
//
// It has only tests. Each load runs in a process of its own on a file system of server/faulttest/disk and says on its
// standard output what is safe; at random changes of the disk the test takes an image of what a power loss right there
// would leave, opens it, and holds it to what had been said.
package power
