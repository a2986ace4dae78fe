// free_ports N: prints the first of N consecutive TCP ports that are free on loopback now.
#include <cstdio>
#include <cstdlib>

#include "tests/harness/ports.h"

int main(int count, char** arguments) {
    const int wanted = count > 1 ? std::atoi(arguments[1]) : 1;
    const int first = pgspan::test::FreePorts(wanted);
    if (first == 0) {
        std::fprintf(stderr, "no %d consecutive free ports\n", wanted);
        return 1;
    }
    std::printf("%d\n", first);
    return 0;
}
