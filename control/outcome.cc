#include "control/outcome.h"

#include <system_error>

namespace pgspan::control {

std::string SystemError(const std::string& what, int number) {
    return what + ": " + std::generic_category().message(number);
}

}  // namespace pgspan::control
