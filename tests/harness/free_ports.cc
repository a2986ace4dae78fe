// free_ports N: prints the first of N consecutive TCP ports that are free on loopback now.
#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <random>

namespace {

bool IsFree(int port) {
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

}  // namespace

int main(int count, char** arguments) {
    const int wanted = count > 1 ? std::atoi(arguments[1]) : 1;
    std::random_device random;
    for (int attempt = 0; attempt < 200; ++attempt) {
        // Below the range from which Linux takes ports of outgoing connections.
        const int first = 20'000 + static_cast<int>(random() % 12'000);
        int port = first;
        while (port < first + wanted && IsFree(port)) ++port;
        if (port == first + wanted) {
            std::printf("%d\n", first);
            return 0;
        }
    }
    std::fprintf(stderr, "no %d consecutive free ports\n", wanted);
    return 1;
}
