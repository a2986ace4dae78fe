// The one source of chance of a generator run: one build of the program draws the same from the
// same seed in every run. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

namespace pgspan::test {

class Random {
  public:
    explicit Random(uint64_t seed) : engine_(seed) {}

    // 0 ≤ result < count; count is positive.
    size_t Below(size_t count) { return static_cast<size_t>(engine_() % count); }
    // Both ends included.
    int Between(int low, int high) {
        return low + static_cast<int>(Below(static_cast<size_t>(high - low + 1)));
    }
    bool Chance(int percent) { return Between(0, 99) < percent; }
    template <typename T>
    const T& Pick(const std::vector<T>& choices) {
        return choices[Below(choices.size())];
    }
    // An index, each as likely as its weight says.
    size_t Weighted(const std::vector<int>& weights) {
        int sum = 0;
        for (const int weight : weights) sum += weight;
        int left = Between(0, sum - 1);
        size_t index = 0;
        while (left >= weights[index]) left -= weights[index++];
        return index;
    }

  private:
    std::mt19937_64 engine_;
};

}  // namespace pgspan::test
