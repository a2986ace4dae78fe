// Polling a condition until a deadline: the only form of waiting in these tests.
#pragma once

#include <chrono>
#include <thread>

namespace pgspan::test {

// Calls condition every `pause` until it is true or the deadline has passed; returns
// whether it became true.
template <typename Condition>
[[nodiscard]] bool Eventually(std::chrono::milliseconds deadline, Condition condition,
                              std::chrono::milliseconds pause = std::chrono::milliseconds(10)) {
    const auto end = std::chrono::steady_clock::now() + deadline;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > end) return false;
        std::this_thread::sleep_for(pause);
    }
    return true;
}

}  // namespace pgspan::test
