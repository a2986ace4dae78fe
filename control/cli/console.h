// What the program says: results on standard output; progress, warnings and failures on standard
// error, so that a result can be piped. Colours only on a terminal, and never with NO_COLOR.
#pragma once

#include <string>

#include "control/cluster/run.h"
#include "control/outcome.h"

namespace pgspan::control {

enum class Colour { kNone, kBold, kRed, kGreen, kYellow, kDim };

class Console {
  public:
    Console();

    // A line of the result. That it cannot be written is told by Written.
    void Print(const std::string& line) const;
    // A text of the result, as it is. Fails when it cannot be written (a full disk, a closed pipe).
    [[nodiscard]] Done Write(const std::string& text) const;
    // Fails when something of the result so far could not be written.
    [[nodiscard]] Done Written() const;
    // A line about work that goes on.
    void Say(const std::string& line) const;
    // A Failure: what failed and why, then what to do.
    void Report(const Failure& failure) const;

    [[nodiscard]] Progress progress() const;
    // The text in a colour, if standard output shows colours.
    [[nodiscard]] std::string Paint(const std::string& text, Colour colour) const;

  private:
    bool result_colours_;
    bool message_colours_;
    mutable int write_error_ = 0;  // the first errno
};

}  // namespace pgspan::control
