// TCP ports for servers of tests.
#pragma once

namespace pgspan::test {

// Whether nothing holds the port at this moment.
bool PortIsFree(int port);

// The first of `count` consecutive ports that are free now, below those that Linux gives to
// outgoing connections; 0 when there are none. Chosen at random, so that runs beside each other do
// not meet.
int FreePorts(int count);

}  // namespace pgspan::test
