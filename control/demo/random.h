// Random: pseudo-random numbers that are the same on every machine, in every version of a library:
// the demos' data must be. Not for secrets. SplitMix64 (Steele, Lea, Flood 2014, "Fast splittable
// pseudorandom number generators").
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace pgspan::control {

class Random {
  public:
    explicit Random(uint64_t seed) : state_(seed) {}

    uint64_t Next() {
        state_ += 0x9E3779B97F4A7C15ULL;
        uint64_t z = state_;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
        return z ^ (z >> 31);
    }

    // least <= result <= most. The bias of the remainder does not matter for examples.
    int64_t Between(int64_t least, int64_t most) {
        return least + static_cast<int64_t>(Next() % static_cast<uint64_t>(most - least + 1));
    }

    bool OneIn(int64_t n) { return Between(1, n) == 1; }

    template <typename T, size_t size>
    const T& OneOf(const std::array<T, size>& values) {
        return values[Next() % size];
    }

  private:
    uint64_t state_;
};

}  // namespace pgspan::control
