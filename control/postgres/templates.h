// The texts of templates/, embedded at build time (embed_text in control/CMakeLists.txt).
#pragma once

#include <string_view>

namespace pgspan::control {

extern const std::string_view kPostgresqlConf;
extern const std::string_view kHbaConf;

}  // namespace pgspan::control
