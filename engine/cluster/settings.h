// The settings of this room, as values. Private to this room; defined by DefineSettings.
#pragma once

namespace pgspan::cluster {

int DefaultShardCount();

}  // namespace pgspan::cluster
