#include "control/cluster/password.h"

#include <sys/random.h>

#include <cerrno>
#include <string_view>

namespace pgspan::control {

Outcome<std::string> GeneratePassword() {
    constexpr size_t kLength = 32;
    constexpr std::string_view kAlphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    // Bytes above the largest multiple of the alphabet's size would favour its first letters.
    constexpr unsigned kUsable = 256 / kAlphabet.size() * kAlphabet.size();
    std::string password;
    while (password.size() < kLength) {
        unsigned char byte = 0;
        if (getrandom(&byte, 1, 0) != 1) {
            if (errno == EINTR) continue;
            return Failure(SystemError("cannot get random bytes", errno), "");
        }
        if (byte < kUsable) password += kAlphabet[byte % kAlphabet.size()];
    }
    return password;
}

}  // namespace pgspan::control
