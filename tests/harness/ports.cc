#include "tests/harness/ports.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <random>

namespace pgspan::test {

bool PortIsFree(int port) {
    const int descriptor = socket(AF_INET, SOCK_STREAM, 0);
    if (descriptor < 0) return false;
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_ANY);
    address.sin_port = htons(static_cast<uint16_t>(port));
    const int one = 1;
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    const bool free =
        bind(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    close(descriptor);
    return free;
}

int FreePorts(int count) {
    constexpr int kFirst = 20'000;
    constexpr int kRange = 12'000;
    std::random_device random;
    for (int attempt = 0; attempt < 200; ++attempt) {
        const int first = kFirst + static_cast<int>(random() % kRange);
        int port = first;
        while (port < first + count && PortIsFree(port)) ++port;
        if (port == first + count) return first;
    }
    return 0;
}

}  // namespace pgspan::test
