// The texts of demo/sql/, embedded at build time (embed_text in control/CMakeLists.txt).
#pragma once

#include <string_view>

namespace pgspan::control {

extern const std::string_view kAdsSchema;
extern const std::string_view kAdsDistribute;
extern const std::string_view kAdsTry;
extern const std::string_view kShopSchema;
extern const std::string_view kShopDistribute;
extern const std::string_view kShopTry;

}  // namespace pgspan::control
