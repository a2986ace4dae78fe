// Passwords that nobody has to remember.
#pragma once

#include <string>

#include "control/outcome.h"

namespace pgspan::control {

// 32 letters and digits from the kernel's random generator: 190 bits.
Outcome<std::string> GeneratePassword();

}  // namespace pgspan::control
