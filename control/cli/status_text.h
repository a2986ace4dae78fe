// A ClusterStatus as text. Pure.
#pragma once

#include <functional>
#include <string>

#include "control/cluster/status.h"

namespace pgspan::control {

// The stable contract of `pgspan status -o json`: fields are added, never renamed or removed.
// docs/control.md describes them.
std::string StatusJson(const ClusterStatus& status);

// The same contract's document for a status that could not be had: {"schema", "error"}.
std::string FailureJson(const Failure& failure);

// A table for people. `paint_state` gets each state's padded word, for its colour.
std::string StatusTable(
    const ClusterStatus& status,
    const std::function<std::string(const std::string&, NodeState)>& paint_state);

// 1536 is "1.5 kB"; whole bytes below 1000.
std::string SizeText(int64_t bytes);

}  // namespace pgspan::control
