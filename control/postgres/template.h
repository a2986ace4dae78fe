// Texts with slots: `{{key}}` stands for a value. Pure.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "common/result.h"

namespace pgspan::control {

using Slots = std::map<std::string, std::string, std::less<>>;

// Fills the slots. A slot without a value, a value without a slot, and a slot that is not closed
// are errors, so that a template and the code that fills it cannot drift apart. Values are taken as
// they are: quoting is the caller's, who knows the language of the text.
Result<std::string> Render(std::string_view text, const Slots& slots);

}  // namespace pgspan::control
