// Makes a unit that shows a difference as small as it gets while it shows a difference of the same
// kind.
#pragma once

#include <functional>

#include "tests/generator/statement_maker.h"

namespace pgspan::test {

// still_differs: whether a unit shows the difference; called at most trials_max times.
Unit Reduce(const Unit& unit, const std::function<bool(const Unit&)>& still_differs,
            int trials_max);

}  // namespace pgspan::test
